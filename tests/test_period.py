from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jira_usage.errors import InvalidInput
from jira_usage.period import (
    LATEST_MS,
    Period,
    epoch_ms,
    find_zone,
    from_epoch_ms,
    iso_instant,
    to_epoch_ms,
    zone_names,
)

ZONES = [
    "UTC",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "Europe/Berlin",
]
instants = st.integers(epoch_ms(datetime(2015, 1, 1, tzinfo=UTC)), 1_900_000_000_000)


def ms(text: str) -> int:
    value = to_epoch_ms(text)
    assert value is not None
    return value


@pytest.mark.parametrize(
    "written",
    [
        "2026-09-27T10:03:11.123+0200",
        "2026-09-27T10:03:11.123+02:00",
        "2026-09-27T08:03:11.123Z",
        1790496191123,
        1790496191123.0,
        "1790496191123",
    ],
)
def test_every_way_jira_writes_an_instant_means_the_same(written: object) -> None:
    assert to_epoch_ms(written) == 1790496191123


def test_seconds_are_told_from_milliseconds() -> None:
    assert to_epoch_ms(1790496191) == 1790496191000


@pytest.mark.parametrize(
    "written", [None, "", "soon", "2026-09-27T10:03:11", "2026-09-27", True, [], {}, -5, 1e300]
)
def test_what_names_no_instant_is_refused(written: object) -> None:
    assert to_epoch_ms(written) is None


@given(instants)
def test_an_instant_survives_being_written(at_ms: int) -> None:
    assert to_epoch_ms(iso_instant(at_ms)) == at_ms


def test_the_last_days_end_with_today_in_the_zone() -> None:
    now = ms("2026-11-20T03:00:00Z")
    assert Period.last_days(30, "UTC", now).last_on == date(2026, 11, 20)
    west = Period.last_days(30, "America/Los_Angeles", now)
    assert (west.first_on, west.last_on) == (date(2026, 10, 21), date(2026, 11, 19))
    assert west.start_ms == ms("2026-10-21T07:00:00Z")


def test_an_act_of_this_very_instant_counts_and_one_later_does_not() -> None:
    now = ms("2026-11-20T03:00:00Z")
    period = Period.last_days(1, "UTC", now)
    assert period.start_ms == ms("2026-11-20T00:00:00Z") and period.end_ms == now + 1


def test_a_day_of_23_hours_and_one_of_25_hold_their_acts() -> None:
    spring = Period.last_days(2, "America/Los_Angeles", ms("2026-03-09T12:00:00Z"))
    assert np.diff(spring.midnights_ms).tolist() == [23 * 3_600_000]
    autumn = Period.last_days(2, "America/Los_Angeles", ms("2026-11-02T12:00:00Z"))
    assert np.diff(autumn.midnights_ms).tolist() == [25 * 3_600_000]


def test_a_day_whose_midnight_is_skipped_begins_with_its_first_instant() -> None:
    period = Period.last_days(1, "America/Sao_Paulo", ms("2018-11-04T12:00:00Z"))
    assert period.start_ms == ms("2018-11-04T03:00:00Z")


def test_a_date_that_a_zone_never_had_holds_nothing() -> None:
    period = Period.last_days(3, "Pacific/Apia", ms("2011-12-31T05:00:00Z"))
    assert [d.isoformat() for d in period.dates] == ["2011-12-29", "2011-12-30", "2011-12-31"]
    day_before = np.array([ms("2011-12-30T09:59:59Z"), ms("2011-12-30T10:00:00Z")])
    assert period.day_numbers(day_before).tolist() == [0, 2]


@given(st.lists(instants, min_size=1, max_size=50), st.sampled_from(ZONES))
def test_each_act_belongs_to_the_date_on_the_zones_calendar(at: list[int], zone: str) -> None:
    now = max(at)
    period = Period.last_days(366, zone, now)
    inside = np.array([a for a in at if a >= period.start_ms], dtype=np.int64)
    for a, day in zip(inside.tolist(), period.day_numbers(inside).tolist(), strict=True):
        local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=a)).astimezone(
            find_zone(zone)
        )
        assert period.dates[day] == local.date()


@given(st.lists(instants, max_size=50), st.sampled_from(ZONES))
def test_weekday_and_hour_are_those_on_the_zones_clocks(at: list[int], zone: str) -> None:
    period = Period.last_days(30, zone, 1_900_000_000_000)
    weekdays, hours = period.local_hours(np.array(at, dtype=np.int64))
    for a, weekday, hour in zip(at, weekdays.tolist(), hours.tolist(), strict=True):
        local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=a)).astimezone(
            find_zone(zone)
        )
        assert (weekday, hour) == (local.weekday(), local.hour)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "utc ", "../etc/passwd"])
def test_an_unknown_zone_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(InvalidInput, match="not a time zone"):
        find_zone(name)


def test_a_naive_datetime_is_refused_at_the_door() -> None:
    with pytest.raises(ValueError, match="naive"):
        epoch_ms(datetime(2026, 1, 1))


def test_every_zone_of_the_database_works() -> None:
    for name in zone_names():
        assert Period.last_days(2, name, 1_790_000_000_000).days == 2


def test_an_instant_after_the_year_9999_is_none() -> None:
    assert to_epoch_ms("9999-12-31T23:59:59.999+0000") == LATEST_MS
    assert to_epoch_ms("9999-12-31T23:30:00.000-0100") is None
    assert from_epoch_ms(LATEST_MS).year == 9999
