"""Python runs in another way while somebody syncs, and as usual afterwards."""

from __future__ import annotations

import gc
import sys

import pytest

from jira_usage.interpreter import SELDOM, SHORT_TURN, tuned


def _now() -> tuple[tuple[int, int, int], float]:
    return gc.get_threshold(), sys.getswitchinterval()


def test_two_syncs_at_once_leave_the_interpreter_as_it_was() -> None:
    usual = _now()
    first, second = tuned(), tuned()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    threshold, turn = _now()
    assert threshold == SELDOM
    assert turn == pytest.approx(SHORT_TURN)
    second.__exit__(None, None, None)
    assert _now() == usual


def test_a_sync_that_fails_leaves_the_interpreter_as_it_was() -> None:
    usual = _now()
    with pytest.raises(ZeroDivisionError), tuned():
        raise ZeroDivisionError
    assert _now() == usual
