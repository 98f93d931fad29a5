"""Whatever comes from outside is data, or a sentence: no traceback reaches anybody."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from datetime import date
from urllib.parse import urlsplit

import orjson
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from urllib3.util import parse_url

from jira_usage import decisions, directory, documents, slim
from jira_usage.blobs import is_ours
from jira_usage.connection import Connection, Hosts, Site
from jira_usage.deep import DEEPEST, pruned
from jira_usage.errors import JiraUsageError
from jira_usage.generation import Generation
from jira_usage.metrics.admin_export import read_export
from jira_usage.metrics.filled_in import read_filled_in
from jira_usage.period import to_epoch_ms
from jira_usage.schema import TABLES
from jira_usage.seen import LastSeen
from jira_usage.terms import Terms

# Whole documents are made: it takes a while, which is no fault.
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TODAY = date(2026, 11, 18)

SCALARS = (
    st.none() | st.booleans() | st.integers(-(1 << 70), 1 << 70) | st.text(max_size=12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["2026-11-18T10:00:00.000+0000", "9999999999999999", "\ud83d".encode(
        "utf-8", "surrogatepass").decode("utf-8", "replace"), "=1+1", "\x00", "a" * 3000])
)  # fmt: skip
NAMES = st.sampled_from(
    ["accountId", "accountType", "active", "author", "changeHistories", "created", "displayName",
     "emailAddress", "field", "fieldId", "from", "groupDetails", "groups", "historyMetadata", "id",
     "isLast", "issueChangeLogs", "issueId", "items", "key", "name", "nextPageToken",
     "numberOfSeats", "self", "to", "total", "updated", "userCount", "values", "comments",
     "worklogs", "issues", "fields", "actor", "lead", "project", "actorUser", "actorGroup"]
) | st.text(max_size=5)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)
OBJECTS = st.dictionaries(NAMES, JSON, max_size=8)


def as_json(document: object) -> bytes:
    return json.dumps(document).encode()


@FEW
@given(JSON, st.lists(JSON, max_size=4))
def test_pages_of_any_shape_are_read_or_refused_as_damaged(one: object, some: list[object]) -> None:
    shapes = (one, some, {"issueChangeLogs": some}, {"comments": some}, {"values": some})
    for decode in (
        documents.changelog_page, slim.users_page, slim.members_page, slim.comments_page,
        slim.worklogs_page, slim.issues_page, orjson.loads,
    ):  # fmt: skip
        for shape in shapes:
            with contextlib.suppress(ValueError):
                slim.decoded(as_json(shape), decode)


@FEW
@given(st.binary(max_size=200) | JSON.map(as_json).flatmap(lambda b: st.just(b[: len(b) * 2 // 3])))
def test_bytes_that_are_no_json_are_a_value_error(content: bytes) -> None:
    for decode in (documents.changelog_page, slim.comments_page, orjson.loads):
        with contextlib.suppress(ValueError):
            slim.decoded(content, decode)


@FEW
@given(JSON)
def test_instants_of_any_kind_are_known_or_unknown(value: object) -> None:
    told = to_epoch_ms(value)
    assert told is None or 0 <= told <= 253_402_300_799_999


@FEW
@given(JSON)
def test_histories_and_people_of_any_shape_are_read_or_nobody(value: object) -> None:
    documents.read_history(value)
    documents.read_person(value)


@FEW
@given(st.lists(OBJECTS, max_size=4), st.lists(OBJECTS, max_size=4))
def test_people_roles_and_projects_of_any_shape_make_rows(
    some: list[dict[str, object]], others: list[dict[str, object]]
) -> None:
    access = {"user": some, "site-admin": others}
    rows: dict[str, list[directory.Row]] = {
        "users": directory.user_rows(directory.listed_rows(some), others),
        "products": directory.product_rows(some, others, {}),
        "product_groups": directory.product_group_rows(some),
        "groups": directory.group_rows(some, access, others),
        "fields": directory.field_rows(some),
        "projects": directory.project_rows(some, others),
        "role_actors": directory.role_actor_rows("WEB", "Developers", some),
        "issues": [directory.issue_row(issue, None)._asdict() for issue in some],
    }
    rows["products"] += directory.product_rows(None, some, {})
    for name, made in rows.items():
        pa.Table.from_pylist(made, TABLES[name])
    directory.roles_of_projects(some, others)


@given(st.integers(0, 3000), st.sampled_from(["[", '{"a":']), st.booleans())
@settings(max_examples=40, deadline=None)
def test_json_of_any_depth_is_read_around_its_depth(depth: int, opens: str, whole: bool) -> None:
    closes = ("]" if opens == "[" else "}") * depth
    text = f'{{"deep": {opens * depth}1{closes if whole else ""}, "beside": "]}}\\"["}}'
    try:
        told = slim.decoded(text.encode(), orjson.loads)
    except ValueError:
        assert not whole
    else:
        assert told["beside"] == ']}"['
        assert depth <= 1000 or len(pruned(text.encode())) < 8 * DEEPEST


# -- addresses

HOSTISH = st.lists(
    st.sampled_from(
        ["https://", "http://", "//", "acme", ".atlassian.net", "evil.example", "@", ":", "#", "?",
         "/", "\\", "%2e", "%00", "。", "․", "xn--", "127.0.0.1", "[::1]", "0x7f.1", "2130706433",
         ":443", ":80", ":8000", "user:pw", ".", "..", " ", "\t", "\n", "é", "ß", "İ", "api",
         ".atlassian.com", "/ex/jira/1", "-", "_", "169.254.169.254", "localhost", "K", "ﬁ"]
    ),
    max_size=8,
).map("".join)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(HOSTISH)
def test_an_address_means_the_same_host_to_every_parser_or_is_refused(text: str) -> None:
    hosts = Hosts.parse("localhost:8000")
    try:
        site = Site.parse(text, hosts)
    except JiraUsageError as error:
        assert error.message and error.remedy
        return
    for host in (urlsplit(site.url).hostname or "", parse_url(site.url).host or ""):
        assert host.endswith((".atlassian.net", ".jira.com")) or host in (
            "api.atlassian.com", "localhost",
        )  # fmt: skip
        assert host.isascii() and "xn--" not in host
    parts = urlsplit(site.url)
    assert parts.username is None and parts.password is None and not parts.query
    assert parts.scheme == "https" or parts.netloc == "localhost:8000"


@FEW
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_an_environment_of_any_kind_is_a_connection_or_a_sentence(
    site: str, email: str, extra: str, gateway: str
) -> None:
    token = "ATATT-secret-of-the-test"
    told = {
        "JIRA_SITE": site, "JIRA_EMAIL": email, "JIRA_API_TOKEN": token,
        "JIRA_USAGE_ALLOWED_HOSTS": extra, "JIRA_USAGE_GATEWAY": gateway,
    }  # fmt: skip
    try:
        made = Connection.from_environment(told)
    except JiraUsageError as error:
        assert token not in str(error)
    else:
        assert token not in repr(made)


# -- files that people upload

CELLS = (
    st.text(max_size=8)
    | st.sampled_from(["3 Jan 2024", "2024-13-40", "never", "=1+1", '"', "\n", ";", "keep"])
    | st.text(alphabet="0123456789 JanFebT:-,", max_size=14)
)  # fmt: skip
HEADS = st.sampled_from(
    ["User id", "email", "Last seen in Jira - acme.atlassian.net", "Last active date", "User name",
     "account_id", "product_key", "decision", "expires_on", "note", ""]
)  # fmt: skip


@st.composite
def sheets(draw: st.DrawFn) -> bytes:
    rows = [draw(st.lists(HEADS, max_size=7))]
    rows += draw(st.lists(st.lists(CELLS, max_size=8), max_size=6))
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=draw(st.sampled_from(",;\t")), escapechar="\\").writerows(rows)
    encoding = draw(st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-8-sig", "cp1252"]))
    return written.getvalue().encode(encoding, "replace")


@FEW
@given(sheets() | st.binary(max_size=300))
def test_an_admin_export_of_any_kind_is_people_or_a_sentence(content: bytes) -> None:
    try:
        export = read_export(content, "acme.atlassian.net", TODAY)
    except JiraUsageError as error:
        assert error.message
    else:
        assert export.people


@FEW
@given(sheets() | st.binary(max_size=300))
def test_a_filled_in_list_of_any_kind_is_decisions_or_problems(content: bytes) -> None:
    told = read_filled_in(content, [("a", "jira-software")], {})
    assert not (told.decisions and told.problems)


# -- what is read back from the store


@FEW
@given(JSON.map(as_json) | st.binary(max_size=200) | OBJECTS.map(as_json))
def test_notes_and_manifests_of_any_kind_are_read_or_told_as_damaged(content: bytes) -> None:
    for read in (Generation.from_json, Terms.from_json, decisions._decisions,
                 decisions._thresholds, LastSeen.from_json):  # fmt: skip
        with contextlib.suppress(JiraUsageError):
            read(content)


@FEW
@given(
    st.text(max_size=60)
    | st.sampled_from(["../../x", "/etc/passwd", "aa/bb/" + "0" * 28 + ".val\n"])
)
def test_no_name_of_a_file_leaves_the_store(name: str) -> None:
    if is_ours(name):
        assert ".." not in name and not name.startswith(("/", "\\")) and name.endswith(".val")


def test_a_file_as_a_store_names_it_is_its_own() -> None:
    assert is_ours("aa/0f/" + "0123456789abcdef0123456789ab" + ".val")


@pytest.mark.parametrize("odd", [None, 7, b"aa/bb", 1.5])
def test_a_name_that_is_no_text_is_nobody_s(odd: object) -> None:
    assert not is_ours(odd)
