"""A slow, simple client that finds out everything one issue and one group at a time.

It shares no code with the simulator or the app: it applies the public contract's rules to the
JSON of the per-issue endpoints, and is what the simulator's truth is checked against.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import requests

Row = dict[str, Any]
KINDS = [
    "comment_created", "comment_edited", "comment_deleted", "issue_changed", "worklog_created",
    "worklog_edited", "worklog_deleted", "issue_created",
]  # fmt: skip


def instant(value: str | int) -> datetime:
    if isinstance(value, int):
        return datetime.fromtimestamp(value / 1000, UTC)
    return datetime.fromisoformat(value).astimezone(UTC)


def text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def who(author: Row | None) -> str:
    return (author or {}).get("accountId") or ""


class Naive:
    def __init__(self, url: str, email: str, token: str) -> None:
        self.base = url + "/rest/api/3"
        self.http = requests.Session()
        self.http.auth = (email, token)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.http.get(self.base + path, params=query)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:200])
        return answer.json()

    def post(self, path: str, body: Any) -> Any:
        answer = self.http.post(self.base + path, json=body)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:200])
        return answer.json()

    def pages(self, path: str, key: str, **query: Any) -> list[Row]:
        found: list[Row] = []
        while True:
            page = self.get(path, startAt=len(found), **query)
            found += page[key]
            if len(found) >= page["total"]:
                return found

    # -- acts

    def search(self, jql: str) -> list[str]:
        ids, body = [], {"jql": jql, "maxResults": 5000, "fields": ["id"]}
        while True:
            page = self.post("/search/jql", body)
            ids += [issue["id"] for issue in page["issues"]]
            if page["isLast"]:
                return ids
            body["nextPageToken"] = page["nextPageToken"]

    def feed(self, name: str, since: int) -> dict[int, int]:
        changed: dict[int, int] = {}
        while True:
            page = self.get(f"/worklog/{name}", since=since)
            changed |= {v["worklogId"]: v["updatedTime"] for v in page["values"]}
            if page["lastPage"]:
                return changed
            assert page["until"] > since
            since = page["until"]

    def worklogs(self, ids: list[int]) -> dict[str, Row]:
        found = {}
        for start in range(0, len(ids), 500):
            for worklog in self.post("/worklog/list", {"ids": ids[start : start + 500]}):
                found[worklog["id"]] = worklog
        return found

    def events(self, start: datetime, now: datetime) -> list[Row]:
        days = (now - start).days + 2
        issues = set(self.search(f"updated >= -{days}d ORDER BY key ASC"))
        deleted = self.feed("deleted", int(start.timestamp() * 1000))
        updated = self.feed("updated", int(start.timestamp() * 1000))
        logs = self.worklogs(list(updated))
        issues |= {log["issueId"] for log in logs.values()}
        events: list[Row] = []
        edits: list[tuple[datetime, str, str, str, str]] = []
        seen: dict[str, Row] = {}
        histories: dict[str, list[Row]] = {}
        for issue_id in sorted(issues):
            answer = self.http.get(f"{self.base}/issue/{issue_id}?fields=project,creator,created")
            if answer.status_code == 404:
                continue
            seen[issue_id] = answer.json()
            fields = seen[issue_id]["fields"]
            events.append(_event(
                who(fields["creator"]), instant(fields["created"]), "issue_created", issue_id,
                issue_id,
            ))  # fmt: skip
            for comment in self.pages(f"/issue/{issue_id}/comment", "comments"):
                events += _comment(comment, issue_id)
            histories[issue_id] = self.pages(f"/issue/{issue_id}/changelog", "values")
            known = self.get(f"/issue/{issue_id}/worklog")["worklogs"]
            logs |= {log["id"]: log for log in known}
        spoken_of = {
            int(item["to"] or item["from"]) for found in histories.values() for h in found
            for item in h["items"] if item["field"] == "WorklogId"
        }  # fmt: skip
        logs |= self.worklogs(sorted(spoken_of - {int(i) for i in logs}))
        for log in logs.values():
            at, changed = instant(log["created"]), instant(log["updated"])
            issue_id, ident = log["issueId"], log["id"]
            events.append(_event(who(log["author"]), at, "worklog_created", issue_id, ident))
            if changed != at:
                edits.append((changed, who(log["updateAuthor"]), issue_id, ident, ""))
        for issue_id, found in histories.items():
            events += _histories(issue_id, found, logs, deleted, edits)
        events += _merged(edits)
        events = [e for e in events if start <= instant(e["at"]) <= now]
        for event in events:
            issue = seen.get(event["issue_id"])
            event["issue_key"] = issue["key"] if issue else ""
            event["project_key"] = issue["fields"]["project"]["key"] if issue else ""
        return sorted(events, key=lambda e: (e["at"], e["kind"], e["source_id"]))

    # -- people

    def members(self, group_id: str) -> list[str]:
        found = self.pages(
            "/group/member", "values", groupId=group_id, includeInactiveUsers="true",
            maxResults=50,
        )  # fmt: skip
        return [user["accountId"] for user in found]

    def users(self) -> dict[str, Row]:
        found: dict[str, Row] = {}
        start = 0
        while page := self.get("/users/search", startAt=start, maxResults=200):
            found |= {user["accountId"]: user for user in page}
            start += 200
        return found


def datasets(url: str, email: str, token: str, days: int, timezone: str) -> dict[str, list[Row]]:
    client = Naive(url, email, token)
    zone = ZoneInfo(timezone)
    now = instant(client.get("/serverInfo")["serverTime"])
    today = now.astimezone(zone).date()
    dates = [today - timedelta(days=n) for n in range(days - 1, -1, -1)]
    start = datetime(dates[0].year, dates[0].month, dates[0].day, tzinfo=zone)
    events = client.events(start, now)
    users = client.users()
    groups: dict[str, list[str]] = {}
    member_of: dict[str, set[str]] = defaultdict(set)
    roles: dict[str, set[str]] = defaultdict(set)

    def of(group_id: str) -> list[str]:
        if group_id not in groups:
            groups[group_id] = client.members(group_id)
        return groups[group_id]

    products = client.get("/applicationrole")
    plans = {a["id"]: a["plan"] for a in client.get("/instance/license")["applications"]}
    through: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for product in products:
        for group in product["groupDetails"]:
            for account_id in of(group["groupId"]):
                member_of[account_id].add(group["name"])
                user = users[account_id]
                if user["active"] and user["accountType"] == "atlassian":
                    through[account_id][product["key"]].add(group["name"])
    for access_type in ("site-admin", "admin", "user"):
        for group in client.pages("/group/bulk", "values", accessType=access_type):
            for account_id in of(group["groupId"]):
                member_of[account_id].add(group["name"])
                roles[account_id].add(access_type)
    for project in client.pages("/project/search", "values"):
        for address in client.get(f"/project/{project['key']}/role").values():
            role = client.get(f"/project/{project['key']}/role/{address.rsplit('/', 1)[1]}")
            for actor in role["actors"]:
                if "actorUser" in actor:
                    holders = [actor["actorUser"]["accountId"]]
                else:
                    holders = of(actor["actorGroup"]["groupId"])
                for account_id in holders:
                    roles[account_id].add(f"{role['name']}@{project['key']}")

    def day(event: Row) -> str:
        return instant(event["at"]).astimezone(zone).date().isoformat()

    counted: dict[str, list[Row]] = defaultdict(list)
    for event in events:
        if event["kind"] != "issue_created":
            counted[event["account_id"]].append(event)
    state: dict[tuple[str, str], str] = {}
    for account_id, held in through.items():
        for key in held:
            beside = key == "jira-core" and len(held) > 1
            state[account_id, key] = "included" if beside else "licensed"
    rows = []
    actors = {e["account_id"] for e in events} - {""}
    for account_id in sorted(users.keys() | actors):
        user = users.get(account_id, {})
        mine = counted.get(account_id, [])
        email_shown = user.get("emailAddress") or ""
        held_keys = sorted(through.get(account_id, {}))
        rows.append(
            {
                "account_id": account_id,
                "display_name": user.get("displayName", "Former user"),
                "email": email_shown,
                "email_visible": bool(email_shown),
                "account_type": user.get("accountType", "unknown"),
                "active": user.get("active", False),
                "licenses": [k for k in held_keys if state[account_id, k] == "licensed"],
                "included_licenses": [k for k in held_keys if state[account_id, k] == "included"],
                "roles": sorted(roles[account_id]),
                "groups": sorted(member_of[account_id]),
                "actions": len(mine),
                "active_days": len({day(e) for e in mine}),
                "last_active_at": max(e["at"] for e in mine) if mine else None,
            }
        )
    licenses = []
    for product in sorted(products, key=lambda p: str(p["key"])):
        key, unlimited = product["key"], product["hasUnlimitedSeats"]
        people = [a for (a, k), s in state.items() if k == key and s == "licensed"]
        working = sum(1 for a in people if counted.get(a))
        licenses.append({
            "product_key": key, "product_name": product["name"], "plan": plans[key],
            "seats": None if unlimited else product["numberOfSeats"],
            "seats_used": product["userCount"],
            "seats_remaining": None if unlimited else product["remainingSeats"],
            "unlimited": unlimited, "licensed_users": len(people), "active_users": working,
            "inactive_users": len(people) - working,
        })  # fmt: skip
    access = [
        {"account_id": a, "product_key": k, "state": s, "groups": sorted(through[a][k])}
        for (a, k), s in sorted(state.items())
    ]
    daily = []
    for on in dates:
        mine = [e for e in events if day(e) == on.isoformat()]
        done = [e for e in mine if e["kind"] != "issue_created"]
        active = {
            e["account_id"]
            for e in done
            if users.get(e["account_id"], {}).get("accountType") == "atlassian"
        }
        daily.append(
            {"date": on.isoformat(), "active_users": len(active), "actions": len(done)}
            | {kind: sum(1 for e in mine if e["kind"] == kind) for kind in KINDS}
        )
    return {
        "users": rows,
        "licenses": licenses,
        "access": access,
        "activity": events,
        "daily": daily,
    }


def _event(
    account_id: str, at: datetime, kind: str, issue_id: str, source_id: str,
    fields: list[str] | None = None,
) -> Row:  # fmt: skip
    return {
        "account_id": account_id, "at": text(at), "kind": kind, "issue_id": issue_id,
        "fields": fields or [], "source_id": source_id,
    }  # fmt: skip


def _comment(comment: Row, issue_id: str) -> list[Row]:
    at, updated = instant(comment["created"]), instant(comment["updated"])
    ident = comment["id"]
    found = [_event(who(comment.get("author")), at, "comment_created", issue_id, ident)]
    if updated != at:
        editor = who(comment.get("updateAuthor"))
        found.append(_event(editor, updated, "comment_edited", issue_id, ident))
    return found


def _histories(
    issue_id: str, histories: list[Row], logs: dict[str, Row], deleted: dict[int, int],
    edits: list[tuple[datetime, str, str, str, str]],
) -> list[Row]:  # fmt: skip
    found: list[Row] = []
    taken: dict[str, list[tuple[datetime, Row, bool]]] = defaultdict(list)
    for history in histories:
        at, person, ident = instant(history["created"]), who(history.get("author")), history["id"]
        items = history["items"]
        names = [item["field"].lower() for item in items]
        if "comment" in names:
            found.append(_event(person, at, "comment_deleted", issue_id, ident))
        beside = "worklogid" in names
        book = {"comment", "worklogid", "worklogtimespent", "timespent"}
        book |= {"timeestimate"} if beside else set()
        fields = [i.get("fieldId") or i["field"] for i in items if i["field"].lower() not in book]
        if fields:
            fields = list(dict.fromkeys(fields))
            found.append(_event(person, at, "issue_changed", issue_id, ident, fields))
        for item in items:
            if item["field"] != "WorklogId":
                continue
            if item["to"] and item["to"] not in logs:
                found.append(_event(person, at, "worklog_created", issue_id, item["to"]))
            if item["from"]:
                taken[item["from"]].append((at, history, "worklogtimespent" in names))
        if "timespent" in names and not beside:
            edits.append((at, person, issue_id, "", ident))
    for worklog, acts in taken.items():
        surely = any(spent for _, _, spent in acts)
        for n, (at, history, spent) in enumerate(acts):
            person = who(history.get("author"))
            last = n == len(acts) - 1 and not surely and int(worklog) in deleted
            if spent or last:
                found.append(_event(person, at, "worklog_deleted", issue_id, worklog))
            else:
                edits.append((at, person, issue_id, worklog, history["id"]))
    return found


def _merged(edits: list[tuple[datetime, str, str, str, str]]) -> list[Row]:
    """Edits of the feed have no history id; those of histories may have no work log."""
    feed = [e for e in edits if not e[4]]
    other = [e for e in edits if e[4]]
    pairs = sorted(
        (abs((f[0] - h[0]).total_seconds()), i, j)
        for i, f in enumerate(feed)
        for j, h in enumerate(other)
        if f[1] == h[1]
        and f[2] == h[2]
        and h[3] in ("", f[3])
        and abs((f[0] - h[0]).total_seconds()) <= 2
    )
    gone_feed: set[int] = set()
    gone: set[int] = set()
    for _, i, j in pairs:
        if i not in gone_feed and j not in gone:
            gone_feed.add(i)
            gone.add(j)
    kept = [_event(f[1], f[0], "worklog_edited", f[2], f[3]) for f in feed]
    for j, (at, person, issue_id, worklog, ident) in enumerate(other):
        if j not in gone:
            kept.append(_event(person, at, "worklog_edited", issue_id, worklog or ident))
    return kept
