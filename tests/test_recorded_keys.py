"""Every key of the recorded documents is read, or is here with the reason why it is not kept.

Read is what changes a row when it is altered. So a key that nobody knew is noticed, and so is
one that is no longer read.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from jira_usage.activity import Acts
from jira_usage.directory import (
    group_rows,
    listed_rows,
    product_group_rows,
    product_rows,
    user_rows,
)
from tests.recorded import Documents, all_users, by_issue, issues, load, response, worklogs

NOT_KEPT = {
    "history": {
        "author.self": "an address",
        "author.emailAddress": "the list of users tells it",
        "author.timeZone": "days belong to the zone that is asked for",
        "items[].fromString": "a text of the issue's",
        "items[].toString": "a text of the issue's",
        "items[].tmpFromAccountId": "an assignee: who is assigned does not act",
        "items[].tmpToAccountId": "the same",
    },
    "comment": {
        "self": "an address",
        "body": "a text",
        "jsdPublic": "all comments count alike",
        "author.self": "an address",
        "author.timeZone": "days belong to the zone that is asked for",
    },
    "work log": {
        "self": "an address",
        "comment": "a text",
        "started": "when work was done is not when it was logged",
        "timeSpent": "how long is not whether",
        "timeSpentSeconds": "how long is not whether",
        "author.self": "an address",
        "author.emailAddress": "the list of users tells it",
        "author.timeZone": "days belong to the zone that is asked for",
    },
    "user": {
        "self": "an address",
        "avatarUrls.48x48": "a picture",
        "avatarUrls.32x32": "a picture",
        "avatarUrls.24x24": "a picture",
        "avatarUrls.16x16": "a picture",
        "locale": "a preference",
        "timeZone": "a preference, and hidden from others' eyes",
        "expand": "a hint for clients",
        "groups.size": "groups are asked for their members",
        "groups.items[].name": "the same",
        "groups.items[].groupId": "the same",
        "groups.items[].self": "the same",
        "applicationRoles.size": "an app carries them and holds no seat",
        "applicationRoles.items[].key": "the same",
        "applicationRoles.items[].name": "the same",
    },
    "application role": {
        "groups[]": "names, where groupDetails has ids",
        "groupDetails[].self": "an address",
        "defaultGroups[]": "names, where defaultGroupsDetails has ids",
        "defaultGroupsDetails[].name": "groupDetails has it",
        "defaultGroupsDetails[].self": "an address",
        "selectedByDefault": "a preset of a form",
        "defined": "deprecated",
        "platform": "the key says it",
        "userCountDescription": "a word",
    },
}


def history_rows(documents: Documents) -> Any:
    acts = Acts(0)
    acts.add_histories("1", documents)
    return outcome(acts)


def comment_rows(documents: Documents) -> Any:
    acts = Acts(0)
    acts.add_comments("1", documents)
    return outcome(acts)


def worklog_rows(documents: Documents) -> Any:
    acts = Acts(0)
    acts.add_worklogs(documents)
    return outcome(acts)


def outcome(acts: Acts) -> Any:
    """All that documents amount to: rows, the accounts that acted and what was unreadable."""
    tables = [t.to_pylist() for name in ("acts", "worklog_acts") for t in acts.tables(name)]
    return tables, [repr(actor) for actor in acts.actors.values()], acts.unreadable


def account_rows(documents: Documents) -> Any:
    return user_rows(listed_rows(documents), [])


def role_rows(documents: Documents) -> Any:
    return (
        product_rows(documents, [], {}),
        product_group_rows(documents),
        group_rows(documents, {}, []),
    )


def documents_of(kind: str) -> tuple[Documents, Callable[[Documents], Any]]:
    """All recorded documents of a kind, and what the app makes of them."""
    if kind == "history":
        told = [h for issue in issues() for h in issue["changelog"]["histories"]]
        told += [h for histories in by_issue().values() for h in histories]
        edges = [entry["item"] for entry in load("changelog_edge_items")["items"]]
        told += [{**told[0], "id": f"edge {n}", "items": [e]} for n, e in enumerate(edges)]
        return told, history_rows
    if kind == "comment":
        return [c for i in issues() for c in i["fields"]["comment"]["comments"]], comment_rows
    if kind == "work log":
        return worklogs(), worklog_rows
    if kind == "user":
        expanded = load("user_expand_groups_applicationRoles_airbyteio")["responses"]
        return [*all_users(), *expanded], account_rows
    small = response("applicationrole_small_site_2024")
    return [*response("applicationrole_airbyteio_2023"), *small], role_rows


def path_of(way: tuple[str, ...]) -> str:
    """The path of a key; who edited is described as who wrote is."""
    return ".".join(way).replace(".[]", "[]").replace("updateAuthor", "author")


def leaves(value: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every path that leads to a value, with the value; empty lists and objects have none."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*way, name))
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, (*way, "[]"))
    else:
        yield path_of(way), value


def altered(value: Any, path: str, alter: Callable[[Any], Any], way: tuple[str, ...] = ()) -> Any:
    """A document with all values of one path altered."""
    if isinstance(value, dict):
        return {n: altered(inner, path, alter, (*way, n)) for n, inner in value.items()}
    if isinstance(value, list):
        return [altered(inner, path, alter, (*way, "[]")) for inner in value]
    return alter(value) if path_of(way) == path else value


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    try:
        return (datetime.fromisoformat(value) + timedelta(hours=1)).isoformat()
    except (TypeError, ValueError):
        return f"{value or ''}0"


def unread(documents: Documents, rows: Callable[[Documents], Any]) -> set[str]:
    """The paths whose values, whatever they are, leave what the app makes of them as it is."""
    before = rows(documents)
    seen: dict[str, list[Any]] = {}
    for path, value in leaves(documents):
        of_path = seen.setdefault(path.removeprefix("[]."), [])
        if value not in of_path[:5]:
            of_path.append(value)
    return {
        path
        for path, values in seen.items()
        if all(
            rows([altered(document, path, alter) for document in documents]) == before
            for alter in (other, *(lambda _, one=one: one for one in values[:4]))
        )
    }


@pytest.mark.parametrize("kind", NOT_KEPT)
def test_every_key_is_read_or_known_and_deliberately_not_kept(kind: str) -> None:
    assert unread(*documents_of(kind)) == NOT_KEPT[kind].keys()


@pytest.mark.parametrize("kind", NOT_KEPT)
def test_a_key_that_nobody_knew_is_noticed(kind: str) -> None:
    documents, rows = documents_of(kind)
    surprised = [{**documents[0], "surprise": {"of": ["Jira's"]}}]
    assert "surprise.of[]" in unread(surprised, rows) - NOT_KEPT[kind].keys()
