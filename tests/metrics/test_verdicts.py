"""Each licensed person has exactly one verdict, and every boundary day is where it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from jira_usage.decisions import KEEP, PROTECT, Decision, Noted, Thresholds
from jira_usage.metrics import answers
from jira_usage.metrics.headline import headlines
from jira_usage.metrics.known import Known
from jira_usage.metrics.verdicts import moved, verdict_counts, why
from jira_usage.metrics.words import VERDICT_WORDS
from jira_usage.snapshot import Snapshot
from tests.builders import (
    NOW,
    Row,
    act,
    at,
    grants,
    group,
    members,
    product,
    project,
    snapshot,
    user,
    window,
)

USUAL = Noted()
TODAY = date(2026, 11, 20)


def a_site(folder: Path, *acts: Row, **what: Any) -> Snapshot:
    """A site on which p, q and a robot hold Jira; 100 days are known."""
    rows: dict[str, Any] = {
        "users": [user("p"), user("q"), user("bot", account_type="app"), user("off", active=False)],
        "groups": [group("g")],
        "members": members("g", "p", "q", "bot", "off"),
        "products": [product()],
        "product_groups": [grants("jira-software", "g")],
        "projects": [project("WEB")],
        "acts": list(acts),
        "covered_days": 100,
    }
    return snapshot(folder, **(rows | what))


def verdict(kept: Snapshot, *, zone: str = "UTC", noted: Noted = USUAL, who: str = "p") -> str:
    told = answers.judged(kept, window(30, zone), False, noted).of(who)
    assert told is not None
    return str(told["verdict"])


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("2026-11-20T11:00Z", "working"),  # today
        ("2026-10-22T00:00Z", "working"),  # 29 days ago: the first of 30 dates
        ("2026-10-21T23:59:59.999Z", "cooling"),  # 30 days ago
        ("2026-09-22T00:00Z", "cooling"),  # 59 days ago
        ("2026-09-21T23:59:59.999Z", "quiet"),  # 60 days ago
        ("2026-08-23T00:00Z", "quiet"),  # 89 days ago
        ("2026-08-22T23:59:59.999Z", "no_work"),  # 90 days ago
    ],
)
def test_each_verdict_begins_on_its_day(tmp_path: Path, last: str, told: str) -> None:
    kept = a_site(tmp_path, act("p", at=at(last)))
    assert verdict(kept) == told
    assert verdict(kept, who="q") == "never"


def test_working_is_exactly_the_active_window_of_thirty_dates(tmp_path: Path) -> None:
    first = window(30).start_ms
    kept = a_site(tmp_path, act("p", at=first), act("q", at=first - 1))
    assert (verdict(kept), verdict(kept, who="q")) == ("working", "cooling")
    people = answers.roster(kept, window(30), False).people.set_index("account_id")
    assert people["actions"].astype(int).to_dict() == {"bot": 0, "off": 0, "p": 1, "q": 0}


def test_the_day_is_the_zones(tmp_path: Path) -> None:
    kept = a_site(tmp_path, act("p", at=at("2026-10-21T20:00Z")))
    assert verdict(kept, zone="UTC") == "cooling"
    assert verdict(kept, zone="Asia/Tokyo") == "working"  # there it was October 22 already


def test_a_day_on_which_clocks_change_is_one_day(tmp_path: Path) -> None:
    """Berlin's clocks go back on October 25: its October 22 begins at 22:00 UTC."""
    kept = a_site(
        tmp_path, act("p", at=at("2026-10-21T22:00Z")), act("q", at=at("2026-10-21T21:59Z"))
    )
    assert verdict(kept, zone="Europe/Berlin") == "working"
    assert verdict(kept, zone="Europe/Berlin", who="q") == "cooling"


def test_only_people_who_hold_a_license_have_a_verdict(tmp_path: Path) -> None:
    users = [user("p"), user("none"), user("desk", account_type="customer")]
    told = answers.judged(a_site(tmp_path, users=users), window(30), False, USUAL)
    assert told.people["account_id"].tolist() == ["p"] and told.of("none") is None


def test_robots_and_disabled_accounts_have_none(tmp_path: Path) -> None:
    told = answers.judged(a_site(tmp_path), window(30), False, USUAL)
    assert told.people["account_id"].tolist() == ["p", "q"]
    assert told.of("bot") is None and told.of("off") is None and told.of("zzz") is None


def test_an_empty_site_has_no_verdicts(tmp_path: Path) -> None:
    told = answers.judged(snapshot(tmp_path), window(30), False, USUAL)
    assert told.people.empty and told.of("p") is None
    assert verdict_counts(told.people["verdict"], Thresholds()).empty


def test_creating_issues_is_no_work_unless_it_is_switched_on(tmp_path: Path) -> None:
    kept = a_site(tmp_path, act("p", act="issue_created"))
    assert verdict(kept) == "never"
    told = answers.judged(kept, window(30), True, USUAL).of("p")
    assert told is not None and told["verdict"] == "working"


@pytest.mark.parametrize(
    ("first_seen", "told"),
    [("2026-11-19T00:00Z", "new"), ("2026-10-22T00:00Z", "new"), ("2026-10-21T23:59Z", "never")],
)
def test_who_was_first_seen_lately_is_new(tmp_path: Path, first_seen: str, told: str) -> None:
    kept = a_site(tmp_path, users=[user("p", first_seen_at=at(first_seen)), user("q")])
    assert verdict(kept) == told
    assert verdict(kept, who="q") == "never"  # was there at the first sync


def test_new_people_who_work_are_working(tmp_path: Path) -> None:
    users = [user("p", first_seen_at=at("2026-11-10T00:00Z"))]
    assert verdict(a_site(tmp_path, act("p"), users=users)) == "working"


def test_who_returned_and_worked_long_ago_is_not_new(tmp_path: Path) -> None:
    users = [user("p", first_seen_at=at("2026-11-10T00:00Z"))]
    kept = a_site(tmp_path, act("p", at=at("2026-08-13T00:00Z")), users=users)
    assert verdict(kept) == "no_work"


def protecting(expires_on: date, *, product_key: str = "jira-software") -> Noted:
    return Noted((Decision("p", product_key, PROTECT, "on leave", expires_on),))


def test_a_protection_protects_until_the_day_it_expires(tmp_path: Path) -> None:
    kept = a_site(tmp_path)
    assert verdict(kept, noted=protecting(date(2026, 11, 21))) == "protected"
    assert verdict(kept, noted=protecting(TODAY)) == "never"
    kept_it = Noted((Decision("p", "jira-software", KEEP),))
    assert verdict(kept, noted=kept_it) == "never"


def test_a_protection_expires_on_its_day_in_the_zone(tmp_path: Path) -> None:
    kept = a_site(tmp_path)  # noon in UTC: in Kiritimati it is November 21 already
    assert verdict(kept, noted=protecting(date(2026, 11, 21))) == "protected"
    assert verdict(kept, noted=protecting(date(2026, 11, 21)), zone="Pacific/Kiritimati") == "never"


def test_protection_hides_no_work_and_no_other_license(tmp_path: Path) -> None:
    kept = a_site(
        tmp_path,
        act("q"),
        products=[product(), product("jira-servicedesk")],
        product_groups=[grants("jira-software", "g"), grants("jira-servicedesk", "g")],
    )
    some = protecting(date(2027, 1, 1)).decisions[0]
    assert verdict(kept, noted=Noted((some,))) == "never"
    both = (some, replace(some, product_key="jira-servicedesk"))
    assert verdict(kept, noted=Noted(both)) == "protected"
    assert verdict(kept, noted=Noted((replace(some, account_id="q"),)), who="q") == "working"


@pytest.mark.parametrize("unread", ["issues", "histories", "comments"])
def test_work_that_was_not_read_calls_nobody_idle(tmp_path: Path, unread: str) -> None:
    kept = a_site(tmp_path, act("p"), refused={unread: "no"})
    assert verdict(kept) == "working" and verdict(kept, who="q") == "cannot_tell"


@pytest.mark.parametrize(("seen", "told"), [(0, "cannot_tell"), (1, "cannot_tell"), (2, "never")])
def test_a_token_that_sees_less_than_half_calls_nobody_idle(
    tmp_path: Path, seen: int, told: str
) -> None:
    projects = [project(f"P{n}", browsable=n < seen) for n in range(4)]
    assert verdict(a_site(tmp_path, projects=projects)) == told


@pytest.mark.parametrize(("days", "told"), [(29, "cannot_tell"), (30, "never")])
def test_fewer_known_days_than_the_window_call_nobody_idle(
    tmp_path: Path, days: int, told: str
) -> None:
    """Covered since noon so many days ago: that date is not whole, the next one is."""
    assert verdict(a_site(tmp_path, covered_days=days)) == told


def test_thirty_days_known_tell_nobody_cooling_without_an_act(tmp_path: Path) -> None:
    kept = a_site(tmp_path, covered_days=31)
    told = answers.judged(kept, window(30), False, USUAL)
    assert set(told.people["verdict"]) == {"never"}
    assert why("never", None, None, told.known, Thresholds()) == (
        "No work found since Oct 21, when what is known begins."
    )


@pytest.mark.parametrize(
    ("covered", "words"), [(31, "Never seen working since Oct 21"), (90, "Never seen working")]
)
def test_never_says_since_when_where_less_is_known_than_verdicts_look_back(
    tmp_path: Path, covered: int, words: str
) -> None:
    kept = a_site(tmp_path, covered_days=covered)
    told = answers.judged(kept, window(30), False, USUAL)
    assert told.words["never"] == words and told.words["working"] == "Working"
    roster = answers.judged_roster(kept, window(30), False, USUAL)
    assert roster.facet("verdict").labels["never"] == words
    counts = verdict_counts(roster.people["verdict"], Thresholds(), told.known)
    assert counts["label"].tolist() == [words]
    assert bool(told.known.short(Thresholds())) == (covered < 90)


def test_what_is_short_says_how_sure_one_can_be() -> None:
    def short(days: int) -> str:
        first_on = date(2026, 11, 20) - timedelta(days=days - 1)
        return Known("UTC", date(2026, 11, 20), first_on).short(Thresholds())

    assert short(90) == ""
    look_back = "of the 90 days that verdicts look back"
    assert short(60).endswith(f"only, 60 {look_back}: confidence is medium at most.")
    assert short(59).endswith(f"only, 59 {look_back}: confidence is low.")


def test_where_licenses_are_unknown_all_enabled_people_are_judged(tmp_path: Path) -> None:
    kept = a_site(tmp_path, users=[user("p"), user("no-license")], refused={"licenses": "no"})
    told = answers.judged(kept, window(30), False, USUAL)
    assert told.people["account_id"].tolist() == ["no-license", "p"]


def test_moving_a_threshold_says_how_many_change_side(tmp_path: Path) -> None:
    kept = a_site(tmp_path, act("p", at=at("2026-10-22T00:00Z")))
    before = answers.judged(kept, window(30), False, USUAL).people["verdict"]
    stricter = Noted(thresholds=Thresholds(29, 60, 90, 30))
    after = answers.judged(kept, window(30), False, stricter).people["verdict"]
    assert moved(before, after).to_numpy().tolist() == [["working", "cooling", 1]]
    assert moved(before, before).empty


def test_every_number_opens_as_many_people_as_it_says(tmp_path: Path) -> None:
    kept = a_site(tmp_path, act("p"), act("bot"))
    roster = answers.judged_roster(kept, window(30), False, USUAL)
    counts = verdict_counts(roster.people["verdict"], Thresholds())
    assert counts[["verdict", "people"]].to_numpy().tolist() == [["working", 1], ["never", 1]]
    for row in counts.to_dict("records"):
        assert roster.number(verdict=row["verdict"]) == row["people"]
    assert int(counts["people"].sum()) == roster.number(product="any")
    assert [one.value for one in headlines(roster, 30)] == ["1", "2", "1", "3"]
    assert set(roster.facet("verdict").options) == set(VERDICT_WORDS)


def test_sentences_say_since_when(tmp_path: Path) -> None:
    known = answers.judged(a_site(tmp_path), window(30), False, USUAL).known
    usual = Thresholds()
    assert why("working", NOW, None, known, usual) == "The last act found is of Nov 20, today."
    assert why("quiet", at("2026-09-01T00:00Z"), None, known, usual) == (
        "The last act found is of Sep 1, 80 days ago."
    )
    assert why("never", None, at("2026-10-01T00:00Z"), known, usual) == (
        "No work found since they were first seen on Oct 1."
    )
    thin = replace(known, unread=("comments",))
    assert "Comments could not be read." in why("cannot_tell", None, None, thin, usual)
