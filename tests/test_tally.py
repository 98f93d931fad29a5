"""The tally, the settled days and the stored acts tell the same story."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jira_usage.activity import Acts
from jira_usage.merging import merge_acts, nameless_since, tally_of, worklog_events
from jira_usage.period import DAY_MS
from jira_usage.schema import BY_DATE, KINDS, TABLES
from jira_usage.store import SiteStore
from jira_usage.tally import tally
from tests.builders import NOW, act, all_events, company, issue, snapshot, user

PEOPLE = [user("ann"), user("ben"), user("bot", account_type="app")]
ISSUES = [issue(issue_id="1", project="WEB"), issue(issue_id="2", project="APP")]


def table(name: str, rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, TABLES[name])


def told(tally: pa.Table) -> list[tuple[int, str, str, str]]:
    ids = [*(row["account_id"] for row in PEOPLE), ""]
    rows = zip(*(tally[name].to_pylist() for name in tally.column_names), strict=True)
    return [(at, KINDS[kind], ids[account], project) for at, kind, account, project in rows]


def test_nothing_is_an_empty_tally() -> None:
    empty = tally([], table("users", []), table("issues", []))
    assert empty.num_rows == 0 and empty.schema == TABLES["tally"]


def test_each_event_is_a_row_by_instant_with_its_issues_project() -> None:
    acts = table("acts", [act("ben", at=5, issue_id="2"), act("ann", at=3, issue_id="1")])
    assert told(tally([acts], table("users", PEOPLE), table("issues", ISSUES))) == [
        (3, "comment_created", "ann", "WEB"),
        (5, "comment_created", "ben", "APP"),
    ]


def test_whoever_and_whatever_is_not_known_is_nobody_and_no_project() -> None:
    acts = table("acts", [act("stranger", at=1, issue_id="9"), act("", at=2, issue_id="1")])
    made = tally([acts], table("users", PEOPLE), table("issues", ISSUES))
    assert told(made) == [(1, "comment_created", "", ""), (2, "comment_created", "", "WEB")]
    assert nameless_since(made, table("users", PEOPLE), 2) == 1


def test_a_snapshots_tally_and_its_events_agree(tmp_path: Path) -> None:
    kept = snapshot(tmp_path, **company())
    events = pd.concat(list(kept.events()))
    for column in ("at", "kind", "account_id", "project_key"):
        assert kept.tally[column].astype("str").tolist() == events[column].astype("str").tolist()


def test_events_of_a_span_are_those_and_no_others(tmp_path: Path) -> None:
    kept = snapshot(tmp_path, **company())
    everything = pd.concat(list(kept.events()))
    start, end = int(everything["at"].iloc[2]), int(everything["at"].iloc[-1])
    some = pd.concat(list(kept.events(start, end)))
    assert some["source_id"].tolist() == everything["source_id"].tolist()[2:-1]


@pytest.mark.parametrize("most", [1, 2, 100])
def test_the_last_events_of_somebody_are_the_latest_first(tmp_path: Path, most: int) -> None:
    kept = snapshot(tmp_path, **company())
    own = [
        event for day in kept.events() for event in day.itertuples() if event.account_id == "bot"
    ]
    latest = kept.last_events("bot", most)
    assert latest["source_id"].tolist() == [event.source_id for event in own][::-1][:most]
    assert kept.last_events("nobody", most).empty


def made(number: int, edited_after: int) -> dict[str, object]:
    """A comment, or a work log: its number says when it was written and by whom."""
    created, person = NOW - 3 * DAY_MS + number * 9_000_000, {"accountId": "ann"}
    told = {"id": str(number), "issueId": "1", "author": person, "updateAuthor": person}
    return {**told, "created": created, "updated": created + edited_after}


READ = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 2 * DAY_MS)), max_size=12)


@settings(max_examples=8, deadline=None)
@given(syncs=st.lists(READ, min_size=1, max_size=4))
def test_acts_that_come_in_several_syncs_are_kept_as_if_in_one(
    tmp_path_factory: pytest.TempPathFactory, syncs: list[list[tuple[int, int]]]
) -> None:
    kept = SiteStore(tmp_path_factory.mktemp("store"))
    stored: dict[str, dict[str, str]] = {name: {} for name in BY_DATE}
    together = Acts(0)
    for read in syncs:
        acts = Acts(0)
        documents = [made(number, edited_after) for number, edited_after in read]
        for each in (acts, together):
            each.add_comments("1", documents)
            each.add_worklogs(documents)
        for name in BY_DATE:
            stored[name], _ = merge_acts(kept, name, stored[name], acts.tables(name), [])
    users, issues = table("users", PEOPLE), table("issues", ISSUES)
    settled = worklog_events(kept, stored["worklog_acts"])
    tallied = tally_of(kept, stored["acts"], settled, users, issues)
    expected = sorted((e.at, e.kind, e.account_id) for e in all_events([together]).itertuples())
    assert sorted((at, kind, who) for at, kind, who, _ in told(tallied)) == expected


def test_a_date_without_a_new_act_keeps_its_blob(tmp_path: Path) -> None:
    kept = SiteStore(tmp_path)
    old, new = act("ann", at=NOW - DAY_MS), act("ann", at=NOW)
    before, added = merge_acts(kept, "acts", {}, [table("acts", [old])], [])
    after, more = merge_acts(kept, "acts", before, [table("acts", [old, new])], [])
    assert (added, more) == (1, 1)
    assert before.items() <= after.items() and len(after) == 2


def test_what_a_rank_alone_tells_gives_way_to_the_whole_history(tmp_path: Path) -> None:
    kept = SiteStore(tmp_path)
    whole = act("ann", act="issue_changed", fields="status\x1fcustomfield_7")
    rank = {**whole, "fields": "customfield_7"}
    parts, _ = merge_acts(kept, "acts", {}, [table("acts", [whole])], [table("acts", [rank])])
    parts, new = merge_acts(kept, "acts", parts, [], [table("acts", [rank])])
    [stored] = kept.load_tables(parts.values())
    assert stored["fields"].to_pylist() == [whole["fields"]] and new == 0
