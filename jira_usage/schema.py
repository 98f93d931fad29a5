"""The columns of every table that is kept, and the words they use. Instants are epoch ms.

Both wings speak this language: the collecting one writes these tables, the
explaining one reads them, and neither imports the other.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import pyarrow as pa

Coverage = Literal["complete", "partial", "not_permitted", "never"]
COVERAGE_WORDS: Final[tuple[Coverage, ...]] = get_args(Coverage)

ISSUE_CREATED = "issue_created"
ISSUE_CHANGED = "issue_changed"
COMMENT_CREATED = "comment_created"
COMMENT_EDITED = "comment_edited"
COMMENT_DELETED = "comment_deleted"
WORKLOG_CREATED = "worklog_created"
WORKLOG_EDITED = "worklog_edited"
WORKLOG_ADDED = "worklog_added"  # a history whose WorklogId item has only a `to`
WORKLOG_TOUCHED = "worklog_touched"  # a history whose WorklogId item has a `from`
WORKLOG_REMOVED = "worklog_removed"  # the same beside a WorklogTimeSpent item
WORKLOG_GONE = "worklog_gone"  # named by the feed of deleted work logs, without a person
TIME_CHANGED = "time_changed"  # a history with `timespent` and no WorklogId

KINDS = (
    COMMENT_CREATED,
    COMMENT_EDITED,
    COMMENT_DELETED,
    ISSUE_CHANGED,
    WORKLOG_CREATED,
    WORKLOG_EDITED,
    "worklog_deleted",
    ISSUE_CREATED,
)
COUNTED_KINDS = tuple(kind for kind in KINDS if kind != ISSUE_CREATED)
FIELD_SEPARATOR = "\x1f"

_TEXT, _WHOLE, _YES_NO = pa.string(), pa.int64(), pa.bool_()

# Acts that are events as they stand.
ACTS = pa.schema(
    [
        ("at", _WHOLE),
        ("act", _TEXT),
        ("source_id", _TEXT),
        ("account_id", _TEXT),
        ("issue_id", _TEXT),
        ("fields", _TEXT),
        ("on_behalf_of", _TEXT),  # whom an app names as the one it acted for
    ]
)
# Acts on work logs, of which two sources tell: they are settled into events.
WORKLOG_ACTS = pa.schema(
    [
        ("at", _WHOLE),
        ("act", _TEXT),
        ("source_id", _TEXT),
        ("account_id", _TEXT),
        ("issue_id", _TEXT),
        ("worklog_id", _TEXT),
    ]
)
WORKLOG_EVENTS = pa.schema(
    [
        ("at", _WHOLE),
        ("kind", _TEXT),
        ("source_id", _TEXT),
        ("account_id", _TEXT),
        ("issue_id", _TEXT),
    ]
)
# A row per event, by `at`, in numbers: small enough to hold millions.
TALLY = pa.schema(
    [
        ("at", _WHOLE),
        ("kind", pa.uint8()),  # place in KINDS
        ("account", pa.int32()),  # place in the table users; its length for nobody
        ("project_key", pa.dictionary(pa.int32(), _TEXT)),
    ]
)
ISSUES = pa.schema(
    [("issue_id", _TEXT), ("issue_key", _TEXT), ("project_key", _TEXT), ("updated_at", _WHOLE)]
)
# Of the comments of issues that do not bring all of theirs along, as they were last read to
# the end: an issue that was not read to the end has none.
KNOWN_COMMENTS = pa.schema([("issue_id", _TEXT), ("comment_id", _WHOLE)])
USERS = pa.schema(
    [
        ("account_id", _TEXT),
        ("display_name", _TEXT),
        ("email", _TEXT),  # empty where hidden
        ("account_type", _TEXT),
        ("active", _YES_NO),
        ("listed", _YES_NO),  # false: known only because it acted, or is in a group
        ("first_seen_at", _WHOLE),  # null: it was there when the site was first synced
    ]
)
JOINED, LEFT, ENABLED, DISABLED = "joined", "left", "enabled", "disabled"
GOT, LOST = "got", "lost"
# What later syncs have found different from the ones before.
CHANGES = pa.schema(
    [
        ("at", _WHOLE),  # of the sync that found it
        ("since", _WHOLE),  # of the sync before
        ("account_id", _TEXT),
        ("change", _TEXT),
        ("product_key", _TEXT),  # of GOT and LOST
    ]
)
GROUPS = pa.schema([("group_id", _TEXT), ("name", _TEXT), ("access_types", pa.list_(_TEXT))])
MEMBERS = pa.schema([("group_id", _TEXT), ("account_id", _TEXT)])
PRODUCTS = pa.schema(
    [
        ("product_key", _TEXT),
        ("product_name", _TEXT),
        ("plan", _TEXT),
        ("seats", _WHOLE),
        ("seats_used", _WHOLE),
        ("seats_remaining", _WHOLE),
        ("unlimited", _YES_NO),
        ("approximate_users", _WHOLE),
        ("has_role", _YES_NO),  # false: known only from the license, its groups are unknown
    ]
)
PRODUCT_GROUPS = pa.schema([("product_key", _TEXT), ("group_id", _TEXT), ("default", _YES_NO)])
PROJECTS = pa.schema(
    [
        ("project_id", _TEXT),
        ("project_key", _TEXT),
        ("name", _TEXT),
        ("lead_account_id", _TEXT),
        ("browsable", _YES_NO),  # false: an administrator's token sees its name, not its issues
    ]
)
FIELDS = pa.schema([("field_id", _TEXT), ("name", _TEXT), ("custom_type", _TEXT)])
ROLE_ACTORS = pa.schema(
    [("project_key", _TEXT), ("role", _TEXT), ("account_id", _TEXT), ("group_id", _TEXT)]
)
COVERAGE = pa.schema(
    [
        ("dataset", _TEXT),
        ("state", _TEXT),  # one of COVERAGE_WORDS
        ("reason", _TEXT),
        ("consequence", _TEXT),
        ("at", _WHOLE),
    ]
)

BY_DATE = ("acts", "worklog_acts")
"""The tables whose parts are named by UTC dates; all others have one part."""

TABLES: Final[dict[str, pa.Schema]] = {
    "acts": ACTS,
    "worklog_acts": WORKLOG_ACTS,
    "worklog_events": WORKLOG_EVENTS,
    "tally": TALLY,
    "issues": ISSUES,
    "known_comments": KNOWN_COMMENTS,
    "users": USERS,
    "groups": GROUPS,
    "members": MEMBERS,
    "products": PRODUCTS,
    "product_groups": PRODUCT_GROUPS,
    "projects": PROJECTS,
    "fields": FIELDS,
    "role_actors": ROLE_ACTORS,
    "coverage": COVERAGE,
    "changes": CHANGES,
}


def fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """A table as this version knows it: a column that an older one did not have is null."""
    rows = table.num_rows
    columns = [
        table[field.name] if field.name in table.schema.names else pa.nulls(rows, field.type)
        for field in schema
    ]
    return pa.table(columns, names=schema.names)
