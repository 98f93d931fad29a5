"""The exports agree with each other in every zone, where clocks change too: plain sums of JSON."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest

from jira_usage.demo import DemoSite
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.sync import run, sync
from tests.exports import Row, exported
from tests.test_sync import HASTY, connect

DAYS = 18
# Each of the two windows holds the change of clocks in the US and the one in Europe.
INSTANTS = {
    "autumn": datetime(2026, 11, 4, 15, 20, 31, 417000, tzinfo=UTC),
    "spring": datetime(2027, 3, 31, 15, 20, 31, 417000, tzinfo=UTC),
}
ODD_MIDNIGHT = "Australia/Lord_Howe"


def zones(now: datetime) -> tuple[str, ...]:
    """A zone for each way in which clocks go between a day before the window and now."""
    ways: dict[tuple[object, ...], str] = {}
    for name in sorted(available_timezones() - {"localtime"}):
        ways.setdefault(tuple(hourly(now, name)), name)
    return tuple(ways.values())


def hourly(now: datetime, name: str) -> list[timedelta | None]:
    """The offset of a zone in each hour."""
    zone, hours = ZoneInfo(name), range(24 * (DAYS + 2))
    return [(now - timedelta(hours=n)).astimezone(zone).utcoffset() for n in hours]


def offsets(now: datetime, name: str) -> set[timedelta | None]:
    return set(hourly(now, name))


class Exports:
    """What a site synced at an instant exports."""

    def __init__(self, now: datetime, folder: Path) -> None:
        self.now = now
        store = Store.open({"JIRA_USAGE_HOME": str(folder)})
        with DemoSite(size="small", seed=2, now=now) as site:
            run(sync(connect(site), store, days=DAYS + 2, patience=HASTY))
            self.snapshot = Snapshot.load(store.site(site.url, site.account_id))
        self.all_acts = self.rows("activity", "UTC", days=DAYS + 2)
        self.instants = [datetime.fromisoformat(row["at"]) for row in self.all_acts]

    def rows(
        self, name: str, zone: str, *, count_created: bool = False, days: int = DAYS
    ) -> list[Row]:
        return exported(self.snapshot, name, zone, days, count_created=count_created)

    def acts(self, zone: str) -> list[tuple[date, Row]]:
        """The acts of the window, each with its local date."""
        there = ZoneInfo(zone)
        last = self.now.astimezone(there).date()
        first = last - timedelta(days=DAYS - 1)
        dates = [at.astimezone(there).date() for at in self.instants]
        return [(on, row) for on, row in zip(dates, self.all_acts, strict=True) if on >= first]


def counted(acts: Iterable[tuple[date, Row]], count_created: bool) -> list[tuple[date, Row]]:
    return [(on, row) for on, row in acts if count_created or row["kind"] != "issue_created"]


@pytest.mark.parametrize("now", INSTANTS.values(), ids=INSTANTS)
def test_sums_agree_in_every_zone(now: datetime, tmp_path: Path) -> None:
    exports, names = Exports(now, tmp_path), zones(now)
    assert len(names) > 35 and {"US", "Europe"} <= where_clocks_change(now)
    if now != INSTANTS["autumn"]:  # where clocks stay, one season tells it all
        names = tuple(name for name in names if len(offsets(now, name)) > 1)
    for n, zone in enumerate(names):
        assert disagreements(exports, zone, count_created=n % 2 > 0) == [], zone
    cut = [row for _, row in exports.acts(ODD_MIDNIGHT)]
    assert exports.rows("activity", ODD_MIDNIGHT) == cut


def where_clocks_change(now: datetime) -> set[str]:
    """Places that have other offsets at the begin and at the end of the window."""
    places = {"US": "America/New_York", "Europe": "Europe/Berlin"}
    ends = (now - timedelta(days=DAYS), now)
    return {
        place
        for place, name in places.items()
        if len({at.astimezone(ZoneInfo(name)).utcoffset() for at in ends}) > 1
    }


def disagreements(exports: Exports, zone: str, *, count_created: bool) -> list[str]:
    """What does not add up: the name of a sum, and what its two sides say."""
    daily = exports.rows("daily", zone, count_created=count_created)
    users = exports.rows("users", zone, count_created=count_created)
    summary = exports.rows("summary", zone, count_created=count_created)[0]
    everything = exports.acts(zone)
    acts = counted(everything, count_created)
    types = {row["account_id"]: row["account_type"] for row in users}
    people: dict[str, set[str]] = defaultdict(set)
    days: dict[str, set[date]] = defaultdict(set)
    for on, row in acts:
        days[row["account_id"]].add(on)
        if types.get(row["account_id"]) == "atlassian":
            people[on.isoformat()].add(row["account_id"])
    done = Counter(row["account_id"] for _, row in acts)
    last = {row["account_id"]: row["at"] for _, row in sorted(acts, key=lambda a: a[1]["at"])}
    kinds = Counter((on.isoformat(), row["kind"]) for on, row in everything)
    today = exports.now.astimezone(ZoneInfo(zone)).date()
    working = {a for a, number in done.items() if number and types.get(a) == "atlassian"}
    return list(unequal([
        ("dates", [row["date"] for row in daily],
         [(today - timedelta(days=DAYS - 1 - n)).isoformat() for n in range(DAYS)]),
        ("actions of daily", sum(row["actions"] for row in daily), len(acts)),
        ("actions of users", sum(row["actions"] for row in users), len(acts) - done[""]),
        ("actions by account", {r["account_id"]: r["actions"] for r in users if r["actions"]},
         {account: number for account, number in done.items() if account}),
        ("active users by date", {row["date"]: row["active_users"] for row in daily},
         {row["date"]: len(people[row["date"]]) for row in daily}),
        ("active days", {r["account_id"]: r["active_days"] for r in users if r["active_days"]},
         {account: len(on) for account, on in days.items() if account}),
        ("last acts", {r["account_id"]: r["last_active_at"] for r in users if r["last_active_at"]},
         {account: at for account, at in last.items() if account}),
        ("kinds by date", {(row["date"], k): row[k] for row in daily for k in row
                           if k not in ("date", "active_users", "actions") and row[k]}, kinds),
        ("summary", [summary[k] for k in ("first_date", "last_date", "actions", "active_users")],
         [daily[0]["date"], daily[-1]["date"], len(acts), len(working)]),
        *licenses(exports, zone, users, summary, count_created),
    ]))  # fmt: skip


def licenses(
    exports: Exports, zone: str, users: list[Row], summary: Row, count_created: bool
) -> Iterator[tuple[str, object, object]]:
    """Licenses by product, by user and by access are the same people."""
    access = exports.rows("access", zone)
    holders: dict[str, set[str]] = defaultdict(set)
    for row in access:
        if row["state"] == "licensed":
            holders[row["product_key"]].add(row["account_id"])
    worked = {row["account_id"] for row in users if row["actions"]}
    for row in exports.rows("licenses", zone, count_created=count_created):
        key = row["product_key"]
        told = [row["licensed_users"], row["active_users"], row["inactive_users"]]
        mine = holders[key]
        yield key, told, [len(mine), len(mine & worked), len(mine - worked)]
        named = {user["account_id"] for user in users if key in user["licenses"]}
        yield f"{key} by user", named, mine
    for column, state in (("licenses", "licensed"), ("included_licenses", "included")):
        by_user = {(u["account_id"], key) for u in users for key in u[column]}
        pairs = {(a["account_id"], a["product_key"]) for a in access if a["state"] == state}
        yield column, by_user, pairs
    everybody = set().union(*holders.values())
    told = [summary["licensed_people"], summary["licensed_active_users"]]
    yield "licensed people", told, [len(everybody), len(everybody & worked)]


def unequal(sums: Iterable[tuple[str, object, object]]) -> Iterator[str]:
    for name, told, true in sums:
        if told != true:
            yield f"{name}: {str(told)[:200]} is not {str(true)[:200]}"
