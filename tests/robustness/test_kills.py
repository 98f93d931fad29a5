"""A few of the kills of `python -m tests.robustness.kills`, in every run."""

from collections.abc import Callable
from pathlib import Path

from .kills import kill

TIMES, SEED = 6, 11


def test_a_killed_sync_leaves_a_whole_store_and_the_next_one_heals(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    for way, tally in kill(TIMES, SEED, tmp_path).items():
        assert tally.wrong == []
        assert tally.times >= TIMES // 3
        record_property(
            "summary_line", f"kill -9 {way}: {tally.times} times, nothing lost, no litter"
        )
