"""Garbage is collected more seldom while somebody syncs, and as usual afterwards."""

from __future__ import annotations

import gc

import pytest

from jira_usage.collector import SELDOM, seldom_collecting


def test_two_syncs_at_once_leave_the_collector_as_it_was() -> None:
    usual = gc.get_threshold()
    first, second = seldom_collecting(), seldom_collecting()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert gc.get_threshold() == SELDOM
    second.__exit__(None, None, None)
    assert gc.get_threshold() == usual


def test_a_sync_that_fails_leaves_the_collector_as_it_was() -> None:
    usual = gc.get_threshold()
    with pytest.raises(ZeroDivisionError), seldom_collecting():
        raise ZeroDivisionError
    assert gc.get_threshold() == usual
