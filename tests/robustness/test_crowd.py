"""Some of the sessions of `python -m tests.robustness.crowd`, in every run."""

from collections.abc import Callable
from pathlib import Path

import pytest

from .crowd import crowd


@pytest.mark.browser
def test_many_sessions_read_while_the_site_is_synced_and_none_meets_an_error(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    told = crowd(8, 3, "tiny", tmp_path)
    assert told.wrong == []
    assert told.syncs and len(told.seconds) == 8 * 4
    record_property("summary_line", f"crowd: {told.line()}")
