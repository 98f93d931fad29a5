"""A few of the kills of `python -m tests.robustness.kills`, in every run."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from .kills import kill

TIMES, SEED = 6, 11


def test_a_killed_sync_leaves_a_whole_store_and_the_next_one_heals(
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # AppTest leaves app.py as the main module, and every new process would run it.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    for way, tally in kill(TIMES, SEED, tmp_path).items():
        assert tally.wrong == []
        assert tally.times >= TIMES // 3
        record_property(
            "summary_line", f"kill -9 {way}: {tally.times} times, nothing lost, no litter"
        )
