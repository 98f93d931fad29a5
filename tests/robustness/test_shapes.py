"""A few of the syncs of `python -m tests.robustness.shapes`, in every run."""

from collections.abc import Callable
from pathlib import Path

from .shapes import shapes


def test_answers_with_odd_values_end_in_a_snapshot_that_can_be_read_or_in_words(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    tally = shapes(5, 3, tmp_path)
    assert tally.wrong == []
    assert tally.odd_values > 20
    record_property(
        "summary_line",
        f"odd values: {tally.odd_values} in the answers of {tally.times} first syncs, "
        "no traceback; more: python -m tests.robustness.shapes",
    )
