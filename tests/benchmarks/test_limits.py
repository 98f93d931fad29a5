"""A burst limit lets through what it says, and a request that comes too early is seen."""

from __future__ import annotations

from .endpoints import endpoint_finder
from .gate import Call
from .goal import Goal
from .targets.burst_limit import share_reached, too_early
from .token_bucket import TokenBucket


def call(came_at: float, *, status: int = 200, wait: int = 0) -> Call:
    return Call("GET", "/x", "", b"", "GET /x", came_at, came_at, status, wait)


def test_a_bucket_gives_a_second_at_once_and_then_its_rate() -> None:
    bucket = TokenBucket(rate=4)
    assert [bucket.wait(10.0) for _ in range(4)] == [0.0] * 4
    assert bucket.wait(10.0) == 0.25
    assert bucket.wait(10.25) == 0.0
    assert bucket.wait(10.25) > 0.0


def test_a_pause_is_worth_no_more_than_a_second() -> None:
    bucket = TokenBucket(rate=2)
    assert bucket.wait(0.0) == 0.0
    assert [bucket.wait(100.0) == 0.0 for _ in range(3)] == [True, True, False]


def test_a_call_before_its_time_is_seen_and_how_much_too_early_it_is() -> None:
    calls = [call(10.0, status=429, wait=2), call(11.5), call(12.1)]
    assert too_early(calls) == [0.5]


def test_a_call_that_left_before_the_refusal_was_read_is_no_fault() -> None:
    assert too_early([call(10.0, status=429, wait=2), call(10.2)]) == []


def test_the_share_reached_is_of_what_the_limit_would_have_let_through() -> None:
    calls = [call(0.0), call(0.0), call(1.0), call(1.0, status=429)]
    assert share_reached(calls, rate=2) == 3 / 4


def test_an_endpoint_is_the_same_whatever_the_issue_and_the_version() -> None:
    find = endpoint_finder()
    comment = "GET /rest/api/3/issue/{issueIdOrKey}/comment"
    assert find("GET", "/rest/api/3/issue/10001/comment") == comment
    assert find("GET", "/rest/api/2/issue/WEB-1/comment") == comment
    assert find("GET", "/rest/api/3/users/search") == "GET /rest/api/3/users/search"


def test_a_goal_says_by_how_much_it_is_missed() -> None:
    assert Goal("x", "small", 1.3, at_most=1.3).verdict == "met"
    assert Goal("x", "small", 1.5, at_most=1.0).verdict == "short by 50%"
    assert Goal("x", "small", 75.0, at_least=100.0).verdict == "short by 25%"
    assert Goal("x", "small", 2.0).verdict == ""
