"""Against a limit that nobody tells: nearly all of it is used, and no pause is cut short.

A simulation without sleeping: eight workers, a latency, and a site that lets R requests a
second through (a token bucket, as Jira documents) and asks to wait a second otherwise.
"""

import heapq
from dataclasses import dataclass, field

import pytest

from jira_usage.pace import Lane

WORKERS = 8


@dataclass
class Limited:
    """A site whose limit is `rate` requests a second, `bucket` of them at once."""

    rate: float
    bucket: float
    retry_after: float = 1.0
    shut: tuple[float, float] = (0.0, 0.0)  # from and until when nothing passes
    tokens: float = field(init=False)
    last_at: float = 0.0
    closed_until: float = 0.0
    refused: int = 0
    too_early: int = 0

    def __post_init__(self) -> None:
        self.tokens = self.bucket

    def lets_through(self, now: float) -> bool:
        self.too_early += now < self.closed_until - 1e-9
        self.tokens = min(self.bucket, self.tokens + (now - self.last_at) * self.rate)
        self.last_at = now
        if self.tokens >= 1 and not self.shut[0] <= now < self.shut[1]:
            self.tokens -= 1
            return True
        self.refused += 1
        return False


def served_per_second(
    site: Limited, latency: float, requests: int, *, first: int = 0, idle: float = 0.0
) -> float:
    """How many requests a second the workers get through, over some requests.

    After the `first` ones nobody asks until `idle` seconds have passed: they are left out.
    """
    lane, done, now, turns = Lane(), 0, 0.0, 0
    order = iter(range(10**9))
    # A worker wants a turn, has one, or gets its answer.
    events: list[tuple[float, int, str]] = [(0.0, next(order), "want") for _ in range(WORKERS)]
    heapq.heapify(events)
    while done < requests:
        now, _, what = heapq.heappop(events)
        if what == "want" and first <= turns and now < idle:
            heapq.heappush(events, (idle, next(order), "want"))
        elif what == "want":
            turns += 1
            at = lane.reserve(now)
            heapq.heappush(events, (at, next(order), "turn"))
        elif what == "turn" and lane.resume_at > now:
            heapq.heappush(events, (now, next(order), "want"))
        elif what == "turn":
            answer = "served" if site.lets_through(now) else "refused"
            heapq.heappush(events, (now + latency, next(order), answer))
        elif what == "served":
            done += 1
            lane.answered()
            heapq.heappush(events, (now, next(order), "want"))
        else:
            # The second starts when the answer is read, as Retry-After counts from then.
            site.closed_until = max(site.closed_until, now + site.retry_after)
            pause = max(site.retry_after, 0.5 * 2 ** (lane.limits_in_a_row(now) - 1))
            lane.limited(now, pause)
            heapq.heappush(events, (now + pause, next(order), "want"))
    return (done - first) / (now - idle) if idle else done / now


@pytest.mark.parametrize("latency", [0.05, 0.2])
@pytest.mark.parametrize("rate", [5, 10, 20, 35, 50, 75, 100, 150, 200])
def test_nine_tenths_of_an_unknown_limit_are_used(rate: int, latency: float) -> None:
    site = Limited(rate, bucket=rate)
    reachable = min(rate, WORKERS / latency)
    assert served_per_second(site, latency, rate * 60) >= 0.9 * reachable
    assert site.too_early == 0


@pytest.mark.parametrize("rate", [20, 50, 100])
def test_a_small_bucket_costs_little_more(rate: int) -> None:
    site = Limited(rate, bucket=5)
    assert served_per_second(site, 0.05, rate * 90) >= 0.85 * rate
    assert site.too_early == 0


def test_the_limit_is_met_a_few_times_a_minute_and_not_all_the_time() -> None:
    site = Limited(100, bucket=100)
    served_per_second(site, 0.05, 6_000)
    assert site.refused <= 30


@pytest.mark.parametrize("rate", [5, 10, 20, 50])
def test_a_lane_that_nobody_used_for_a_while_is_not_slower_for_it(rate: int) -> None:
    site = Limited(rate, bucket=rate)
    assert served_per_second(site, 0.05, rate * 60, first=7, idle=6.0) >= 0.9 * rate
    assert site.too_early == 0


@pytest.mark.parametrize(("pause", "share"), [(2.0, 0.85), (5.0, 0.75), (10.0, 0.6)])
@pytest.mark.parametrize("rate", [5, 20, 50])
def test_where_each_limit_costs_a_long_pause_few_are_met(
    rate: int, pause: float, share: float
) -> None:
    site = Limited(rate, bucket=rate, retry_after=pause)
    assert served_per_second(site, 0.05, rate * 60) >= share * rate
    assert site.refused <= 20
    assert site.too_early == 0


@pytest.mark.parametrize("seconds", [1.0, 3.0, 5.0, 10.0])
@pytest.mark.parametrize("rate", [20, 100])
def test_where_others_use_up_the_limit_for_a_while_the_pace_comes_back(
    rate: int, seconds: float
) -> None:
    site = Limited(rate, bucket=rate, shut=(10.0, 10.0 + seconds))
    assert served_per_second(site, 0.05, rate * 60) >= 0.7 * rate
    assert site.too_early == 0


def test_limits_in_a_row_are_those_with_nothing_passed_between_them() -> None:
    lane = Lane()
    seen = []
    for at in (1.0, 3.0, 5.0):
        lane.reserve(at)
        seen.append(lane.limits_in_a_row(at))
        lane.limited(at, 1.0)
    assert seen == [1, 2, 3]
    assert lane.limits_in_a_row(5.5) == 3, "what was on its way meets the same limit"
    lane.answered()
    assert lane.limits_in_a_row(9.0) == 1


def test_without_a_limit_nothing_is_slowed() -> None:
    lane = Lane()
    assert [lane.reserve(0.0) for _ in range(1_000)] == [0.0] * 1_000


def test_a_limit_that_is_lifted_is_forgotten() -> None:
    lane = Lane()
    for _ in range(10):
        lane.reserve(0.0)
    lane.limited(1.0, 1.0)
    slow = lane.reserve(5.0), lane.reserve(5.0)
    fast = lane.reserve(90.0), lane.reserve(90.0)
    assert slow[1] - slow[0] > 0.09 and fast[1] - fast[0] < 0.01
