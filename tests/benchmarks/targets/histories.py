"""How fast do pages of histories become rows, on one core?"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from .. import child
from ..goal import Goal
from ..syncs import FirstAndLater


def goals(syncs: Sequence[FirstAndLater]) -> list[Goal]:
    """The best of some rounds over one page, as a site sends it, in a process of its own."""
    cost = child.run([sys.executable, "-m", f"{__package__}.one_page"]).or_raise()
    told = json.loads(cost.output)
    return [
        Goal(
            "histories → rows, a second and core",
            "page",
            told["histories"] / told["seconds"],
            at_least=150_000,
            form="{:,.0f}",
            note=f"{told['histories']:,} histories, {told['bytes'] / 1e6:.1f} MB, all kept",
        )
    ]
