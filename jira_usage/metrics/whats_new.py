"""What is different since an instant: people, their licenses, and who works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import pandas as pd

from jira_usage.decisions import Thresholds
from jira_usage.metrics.known import Known
from jira_usage.metrics.moves import came_back, first_seen_working, stopped_working
from jira_usage.metrics.realized import Realized
from jira_usage.metrics.verdicts import Judged
from jira_usage.metrics.words import listed, plural
from jira_usage.schema import DISABLED, ENABLED, GOT, JOINED, LEFT, LOST

STOPPED, CAME_BACK, BEGAN = "stopped", "back", "began"
CHANGE_WORDS: Final = {
    JOINED: "Joined",
    LEFT: "Left",
    GOT: "Got a product",
    LOST: "Lost a product",
    ENABLED: "Enabled again",
    DISABLED: "Deactivated",
    STOPPED: "Stopped working",
    CAME_BACK: "Came back",
    BEGAN: "First seen working",
}
TOPICS: Final = {
    JOINED: "presence",
    LEFT: "presence",
    ENABLED: "status",
    DISABLED: "status",
    GOT: "license",
    LOST: "license",
}
NEEDED: Final = {
    **dict.fromkeys((JOINED, LEFT, ENABLED, DISABLED), ("users",)),
    **dict.fromkeys((GOT, LOST), ("users", "licenses", "groups")),
}
COLUMNS: Final = ["change", "account_id", "display_name", "known", "product_key", "at"]
FIRST_SYNC: Final = "This is the first sync: changes are told from the next one on."


@dataclass(frozen=True)
class WhatsNew:
    """What is different now from how it was at `since_ms`.

    `rows` has change, account_id, display_name, known (whether anything of the account is
    kept), product_key (of licenses) and at: of the sync that found it, of the last act of
    who stopped working, or of the act with which somebody came back or began (epoch ms).
    `untold` says of a change why it can't be told; `notes` what it may leave out.
    """

    since_ms: int
    rows: pd.DataFrame
    untold: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    realized: Realized | None = None

    def of(self, change: str) -> pd.DataFrame:
        """The rows of one change; all of them where none is named."""
        rows = self.rows if not change else self.rows[self.rows["change"] == change]
        return rows.reset_index(drop=True)

    def people(self, change: str = "") -> int:
        return int(self.of(change)["account_id"].nunique())


def net_changes(changes: pd.DataFrame, since_ms: int) -> pd.DataFrame:
    """The rows of the table changes that later syncs than `since_ms` found and that still hold.

    Who left and came again, or got a license and lost it, is as before, and not told.
    """
    later = changes[changes["at"].astype("int64") > since_ms]
    later = later.sort_values("at", kind="stable")
    topic = later["change"].map(TOPICS)
    keys = [later["account_id"], topic, later["product_key"]]
    first = later.groupby(keys)["change"].transform("first")
    last = ~pd.concat(keys, axis=1).duplicated(keep="last")
    return later[last & (first == later["change"]) & topic.notna()].reset_index(drop=True)


def whats_new(
    changes: pd.DataFrame,
    users: pd.DataFrame,
    acts: pd.DataFrame,
    judged: Judged,
    since_ms: int,
    *,
    states: Mapping[str, str],
    watched_from: int | None = 0,
    compared_from: Mapping[str, int] | None = None,
    realized: Realized | None = None,
) -> WhatsNew:
    """What is different; takes the tables changes and users, counted acts by `at`, the people
    with verdicts, and the coverage state of each dataset.

    `watched_from` is the instant of the first sync, None where there was no other;
    `compared_from` of the first that could compare a dataset again, where one could not.
    """
    found, strangers = _of_people(net_changes(changes, since_ms), users, changes)
    rows = [found]
    known, limits, people = judged.known, judged.thresholds, judged.people
    unwatched = _unwatched(known, watched_from, since_ms)
    untold = dict.fromkeys(NEEDED, unwatched)
    for change, needed in NEEDED.items():
        short = [name for name in needed if states.get(name) != "complete"]
        if short and unwatched != FIRST_SYNC:
            unread = f"The last sync could not read all of: {', '.join(short)}."
            untold[change] = f"{unwatched} {unread}".strip()
        elif blind := _blind(known, needed, compared_from or {}, since_ms):
            untold[change] = blind
    notes = {}
    if strangers:
        notes[LEFT] = f"And {plural(strangers, 'account')} of which no type is kept."
    untold |= _untold_work(known, limits, since_ms)
    notes |= _notes_on_work(known, limits, since_ms)
    if not untold.get(STOPPED):
        stopped = stopped_working(acts, people, known, limits, since_ms)
        rows.append(_told(people[stopped], STOPPED, people.loc[stopped, "last_act_at"]))
    if not untold.get(CAME_BACK):
        began = first_seen_working(acts, people, known, limits, since_ms)
        back = came_back(acts, people, known, limits, since_ms).mask(began.notna())
        rows += [
            _told(people[at.notna()], change, at[at.notna()])
            for change, at in ((CAME_BACK, back), (BEGAN, began))
        ]
    frame = pd.concat([part for part in rows if len(part)] or [found], ignore_index=True)
    rank = frame["change"].map({name: place for place, name in enumerate(CHANGE_WORDS)})
    frame = frame.assign(rank=rank, name=frame["display_name"].str.casefold())
    order = ["rank", "name", "account_id", "product_key"]
    frame = frame.sort_values(order, ignore_index=True)[COLUMNS]
    why = {change: words for change, words in untold.items() if words}
    return WhatsNew(since_ms, frame, why, notes, realized)


def _of_people(
    found: pd.DataFrame, users: pd.DataFrame, changes: pd.DataFrame
) -> tuple[pd.DataFrame, int]:
    """The changes of people, and how many accounts left of which it is not kept what they were.

    Of somebody who left and never acted nothing is kept; whoever held a license was a person.
    """
    by_id = users.drop_duplicates("account_id").set_index("account_id")
    types = found["account_id"].map(by_id["account_type"])
    holders = set(changes.loc[changes["change"].isin([GOT, LOST]), "account_id"])
    held = found["account_id"].isin(holders)
    known = types.notna()
    people = (types == "atlassian") | (~known & held)
    strangers = found.loc[~known & ~held & (found["change"] == LEFT), "account_id"].nunique()
    rows = found[people].assign(known=known[people])
    rows["display_name"] = rows["account_id"].map(by_id["display_name"]).fillna("").astype("str")
    return rows[COLUMNS].reset_index(drop=True), int(strangers)


def _told(people: pd.DataFrame, change: str, at: pd.Series) -> pd.DataFrame:
    rows = people[["account_id", "display_name"]].assign(
        change=change, known=True, product_key="", at=at
    )
    return rows[COLUMNS]


def _unwatched(known: Known, watched_from: int | None, since_ms: int) -> str:
    """Why it is not known who came and went all the time since then; empty where it is."""
    if watched_from is None:
        return FIRST_SYNC
    # One millisecond: a date's changes are those after the last instant before it.
    if since_ms + 1 >= watched_from:
        return ""
    return f"Unknown before {known.moment_words(watched_from)}, the first sync."


def _blind(
    known: Known, needed: tuple[str, ...], compared_from: Mapping[str, int], since_ms: int
) -> str:
    """Which syncs since then could not look, so that what changed is lost; empty for none."""
    short = [name for name in needed if since_ms + 1 < compared_from.get(name, 0)]
    if not short:
        return ""
    until = max(compared_from[name] for name in short)
    return (
        f"Unknown before {known.moment_words(until)}: "
        f"until then a sync could not read all of: {listed(short)}."
    )


def _untold_work(known: Known, limits: Thresholds, since_ms: int) -> dict[str, str]:
    """Why it can't be told who stopped, came back or began; nothing where it can."""
    thin = known.too_thin(limits)
    if thin:
        return dict.fromkeys((STOPPED, CAME_BACK, BEGAN), thin)
    if known.on(since_ms) <= known.first_on:
        return {STOPPED: f"Work is known since {known.since} only."}
    return {}


def _notes_on_work(known: Known, limits: Thresholds, since_ms: int) -> dict[str, str]:
    """What is known too late to tell of everybody."""
    reach = timedelta(days=limits.working - 1)
    then, told = known.on(since_ms), {}
    if known.first_on > then - reach:
        told[STOPPED] = f"Work is known since {known.since} only: some may be missing."
    told[BEGAN] = f"Whether they worked before {known.since} is unknown."
    if known.first_on + reach > then:
        day = known.day_words(known.first_on + reach)
        told[CAME_BACK] = (
            f"Can be told of returns from {day} on: work is known since {known.since}."
        )
        told[BEGAN] = f"Can be told from {day} on. {told[BEGAN]}"
    return told
