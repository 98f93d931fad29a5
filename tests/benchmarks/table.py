"""How does a table look in a terminal?"""

from __future__ import annotations

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Columns under their heads, the first `left` aligned left and numbers right."""
    lines = [list(head), *[list(row) for row in rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    texts = [
        "  ".join(
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([texts[0], "  ".join("-" * width for width in widths), *texts[1:]])


def seconds(value: float) -> str:
    return f"{value:,.2f} s" if value < 10 else f"{value:,.1f} s"


def per_cent(share: float) -> str:
    """A share in per cent; only what is whole is 100 %."""
    text = f"{100 * share:.2f}"
    return "99.99 %" if text == "100.00" and share < 1 else f"{text} %"


def megabytes(value: float) -> str:
    return f"{value:,.0f} MB"
