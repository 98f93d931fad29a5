"""What is different since an instant: who came, went, got, lost, stopped and began again."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from jira_usage.coverage import CoverageNotes
from jira_usage.decisions import KEEP, RELEASE, Decision, Thresholds
from jira_usage.metrics.activity import counted
from jira_usage.metrics.known import Known
from jira_usage.metrics.realized import GONE, STILL_THERE, realized
from jira_usage.metrics.verdicts import Judged, last_acts, verdicts
from jira_usage.metrics.whats_new import FIRST_SYNC, WhatsNew, net_changes, whats_new
from jira_usage.period import DAY_MS, epoch_ms
from tests.builders import NOW, access_row, access_table, event, events, table, user

JIRA = "jira-software"
ALL_READ = dict.fromkeys(CoverageNotes().states, "complete")
TODAY = date(2026, 11, 20)


def ago(days: float) -> int:
    return NOW - round(days * DAY_MS)


def change(account_id: str, what: str, *, at: int = NOW, product: str = "") -> dict[str, Any]:
    return {
        "at": at,
        "since": at - DAY_MS,
        "account_id": account_id,
        "change": what,
        "product_key": product,
    }


def found(*rows: dict[str, Any], since: int = 0) -> list[tuple[str, str, str]]:
    told = net_changes(table("changes", rows), since)
    columns = (told["account_id"], told["change"], told["product_key"])
    return sorted(zip(*columns, strict=True))


def told(
    *acts: dict[str, Any],
    users: tuple[dict[str, Any], ...] = (user("ann"),),
    changes: tuple[dict[str, Any], ...] = (),
    since: int = ago(10),
    first_on: date = date(2026, 1, 1),
    zone: str = "UTC",
    states: dict[str, str] | None = None,
    **more: Any,
) -> WhatsNew:
    people, done = table("users", users), counted(events(*acts))
    known = Known(zone, TODAY, first_on, browsable=1, projects=1)
    last = last_acts(done, people["account_id"], NOW)
    people = people.assign(last_act_at=last)
    limits = Thresholds()
    nobody = (people["account_id"] == "").to_numpy()
    people["verdict"] = verdicts(last, people["first_seen_at"], nobody, known, limits)
    judged = Judged(people, known, limits)
    return whats_new(
        table("changes", changes),
        table("users", users),
        done,
        judged,
        since,
        states={**ALL_READ, **(states or {})},
        **more,
    )


def who(new: WhatsNew, what: str) -> list[str]:
    return new.of(what)["account_id"].tolist()


def test_only_what_later_syncs_found_is_new() -> None:
    rows = (change("ann", "joined", at=ago(5)), change("ben", "joined", at=ago(2)))
    assert found(*rows, since=ago(5)) == [("ben", "joined", "")]
    assert found(*rows, since=ago(6)) == [("ann", "joined", ""), ("ben", "joined", "")]
    assert found(*rows, since=NOW) == []
    assert found() == []


def test_what_was_undone_since_is_not_told() -> None:
    got = change("ann", "got", at=ago(5), product=JIRA)
    lost = change("ann", "lost", at=ago(3), product=JIRA)
    again = change("ann", "got", at=ago(1), product=JIRA)
    assert found(got, lost) == []
    assert found(got, lost, again) == [("ann", "got", JIRA)]
    assert found(got, lost, since=ago(4)) == [("ann", "lost", JIRA)]


def test_products_and_status_are_told_apart() -> None:
    rows = (
        change("ann", "disabled"),
        change("ann", "lost", product=JIRA),
        change("ann", "got", product="jira-core"),
    )
    assert found(*rows) == [
        ("ann", "disabled", ""),
        ("ann", "got", "jira-core"),
        ("ann", "lost", JIRA),
    ]


def test_robots_and_customers_are_left_out() -> None:
    users = (user("ann"), user("bot", account_type="app"), user("cus", account_type="customer"))
    rows = tuple(change(one, "joined") for one in ("ann", "bot", "cus"))
    assert who(told(users=users, changes=rows), "joined") == ["ann"]


def test_of_who_left_and_is_not_kept_a_license_tells_that_it_was_a_person() -> None:
    rows = (
        change("zoe", "left"),
        change("zoe", "lost", product=JIRA),
        change("stranger", "left"),
    )
    new = told(changes=rows)
    assert who(new, "left") == ["zoe"] and not new.of("left")["known"].iat[0]
    assert new.notes["left"] == "And 1 account of which no type is kept."


def test_a_person_with_two_products_counts_once() -> None:
    rows = (change("ann", "got", product=JIRA), change("ann", "got", product="jira-core"))
    new = told(changes=rows)
    assert len(new.of("got")) == 2 and new.people("got") == 1


@pytest.mark.parametrize(
    ("last_act", "stopped"),
    [
        (9, False),  # works still
        (29, False),  # today − 29 is the last date on which one is Working
        (30, True),
        (39, True),  # 29 days before the tenth day ago: Working then
        (40, False),  # not Working then either
    ],
)
def test_who_was_working_then_and_is_not_now_stopped_working(last_act: int, stopped: bool) -> None:
    new = told(event("ann", at=ago(last_act)), since=ago(10))
    assert who(new, "stopped") == (["ann"] if stopped else [])
    if stopped:
        assert new.of("stopped")["at"].tolist() == [ago(last_act)]


def test_the_thirty_dates_are_those_of_the_zone() -> None:
    # In Kiritimati (UTC+14) noon UTC of the 20th is the 21st already.
    acted = epoch_ms(datetime(2026, 10, 12, 0, 0, tzinfo=ZoneInfo("Pacific/Kiritimati")))
    since = epoch_ms(datetime(2026, 11, 10, 0, 0, tzinfo=ZoneInfo("Pacific/Kiritimati")))
    zone = "Pacific/Kiritimati"
    assert who(told(event("ann", at=acted), since=since, zone=zone), "stopped") == ["ann"]
    assert who(told(event("ann", at=acted - 1), since=since, zone=zone), "stopped") == []


@pytest.mark.parametrize(
    ("before", "act", "back"),
    [
        (34, 4, True),  # thirty days between them
        (33, 4, False),
        (34, 11, False),  # came back before
        (None, 4, False),  # no work is known that it could be a return to
    ],
)
def test_who_acts_after_thirty_days_without_came_back(
    before: int | None, act: int, back: bool
) -> None:
    acts = [event("ann", at=ago(act)), event("ann", at=ago(1))]
    if before:
        acts.append(event("ann", at=ago(before)))
    new = told(*acts, since=ago(10))
    assert who(new, "back") == (["ann"] if back else [])
    if back:
        assert new.of("back")["at"].tolist() == [ago(act)]


def test_nobody_came_back_from_days_that_were_not_read() -> None:
    # The act is of November 16; the thirty dates that end with it begin on October 18.
    acts = event("ann", at=ago(4)), event("ann", at=ago(200))
    assert who(told(*acts, first_on=date(2026, 10, 18)), "back") == ["ann"]
    late = told(*acts, first_on=date(2026, 10, 19))
    assert who(late, "back") == [] and "from Nov 17 on" in late.notes["back"]


def test_who_never_acted_before_did_not_come_back_but_is_first_seen_working() -> None:
    new = told(event("ann", at=ago(4)), event("ann", at=ago(1)))
    assert who(new, "back") == [] and who(new, "began") == ["ann"]
    assert new.of("began")["at"].tolist() == [ago(4)]
    assert new.notes["began"] == "Whether they worked before Jan 1 is unknown."
    assert who(told(event("ann", at=ago(11)), event("ann", at=ago(4))), "began") == []


def test_who_began_and_paused_since_is_told_once() -> None:
    acts = event("ann", at=ago(60)), event("ann", at=ago(4))
    new = told(*acts, since=ago(80))
    assert who(new, "began") == ["ann"] and who(new, "back") == []


def test_a_first_act_begins_something_only_after_days_that_were_read() -> None:
    act = event("ann", at=ago(4))
    assert who(told(act, first_on=date(2026, 10, 18)), "began") == ["ann"]
    late = told(act, first_on=date(2026, 10, 19))
    assert who(late, "began") == [] and "Can be told from Nov 17 on." in late.notes["began"]


def test_a_newcomer_is_first_seen_working_however_few_days_are_known() -> None:
    act, first_on = event("ann", at=ago(4)), date(2026, 10, 19)
    came = (user("ann", first_seen_at=ago(5)),)
    assert who(told(act, users=came, first_on=first_on), "began") == ["ann"]
    assert who(told(act, users=came, first_on=first_on), "back") == []


def test_creating_an_issue_brings_nobody_back() -> None:
    assert who(told(event("ann", at=ago(4), kind="issue_created")), "back") == []


def test_what_was_not_read_whole_can_not_be_told() -> None:
    new = told(states={"groups": "partial", "users": "complete"})
    assert new.untold == dict.fromkeys(
        ("got", "lost"), "The last sync could not read all of: groups."
    )
    assert told(watched_from=None).untold["joined"] == FIRST_SYNC
    assert told(since=ago(400), first_on=date(2026, 1, 1)).untold == {
        "stopped": "Work is known since Jan 1 only."
    }
    thin = told(event("ann", at=ago(35)), first_on=date(2026, 11, 1))
    assert set(thin.untold) == {"stopped", "back", "began"} and "Only 20 days are known" in str(
        thin.untold
    )


def test_who_came_and_went_before_the_first_sync_is_unknown_and_not_nobody() -> None:
    unknown = "Unknown before Nov 15, 12:00, the first sync."
    new = told(changes=(change("ann", "joined"),), since=ago(10), watched_from=ago(5))
    kinds = ("joined", "left", "got", "lost", "enabled", "disabled")
    assert new.untold == dict.fromkeys(kinds, unknown)
    assert who(new, "joined") == ["ann"]
    short = told(since=ago(10), watched_from=ago(5), states={"groups": "partial"})
    assert short.untold["got"] == f"{unknown} The last sync could not read all of: groups."


@pytest.mark.parametrize(("since", "watched"), [(5, True), (4, True), (5.1, False)])
def test_what_is_compared_with_the_first_sync_or_a_later_one_is_known(
    since: float, watched: bool
) -> None:
    assert ("joined" not in told(since=ago(since), watched_from=ago(5)).untold) == watched


def test_what_changed_while_a_sync_could_not_look_is_unknown_and_not_nothing() -> None:
    new = told(compared_from={"groups": ago(5), "projects": ago(1)}, since=ago(10))
    assert new.untold == dict.fromkeys(
        ("got", "lost"),
        "Unknown before Nov 15, 12:00: until then a sync could not read all of: groups.",
    )
    both = told(compared_from={"groups": ago(5), "users": ago(4)}, since=ago(10))
    assert "users and groups" in both.untold["got"] and "Nov 16" in both.untold["joined"]
    assert not told(compared_from={"users": ago(5)}, since=ago(5)).untold
    first = told(compared_from={"users": ago(5)}, since=ago(10), watched_from=ago(7))
    assert first.untold["joined"].startswith("Unknown before Nov 15")


def test_nobody_and_nothing() -> None:
    new = told(users=())
    assert new.people() == 0 and not new.untold and not len(new.rows)


def test_what_became_of_decisions_to_release() -> None:
    decisions = (
        Decision("ann", JIRA, RELEASE, at=ago(20)),
        Decision("ben", JIRA, RELEASE, at=ago(20)),
        Decision("cyn", JIRA, RELEASE, at=ago(20)),
        Decision("cyn", "jira-core", RELEASE, at=ago(20)),
        Decision("dee", JIRA, KEEP, at=ago(20)),
    )
    access = access_table(
        access_row("ann"),
        access_row("dee"),
        access_row("cyn", product="jira-core", state="included"),
    )
    changes = table(
        "changes",
        [
            change("ann", "lost", at=ago(9), product=JIRA),
            change("ann", "got", at=ago(8), product=JIRA),
            change("ben", "lost", at=ago(9), product=JIRA),
            change("cyn", "lost", at=ago(30), product=JIRA),
        ],
    )
    told = realized(decisions, access, changes, {JIRA: Decimal("7.91")})
    rows = told.rows.set_index(["account_id", "product_key"])
    assert rows["state"].tolist() == [STILL_THERE, GONE, GONE, GONE]
    assert rows["gone_at"].fillna(0).tolist() == [0, ago(9), 0, 0]
    assert (told.number(GONE), told.people(GONE), told.people(STILL_THERE)) == (3, 2, 1)
    assert told.monthly == pytest.approx(15.82) and told.unpriced == 1
    without = realized(decisions, access, changes, {})
    assert without.monthly is None and without.unpriced == 3


def test_nothing_was_decided() -> None:
    told = realized((), access_table(), table("changes"), {})
    assert isinstance(told.rows, pd.DataFrame) and told.monthly is None and told.number(GONE) == 0
