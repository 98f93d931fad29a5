"""The admin's export: every header it has had, and nothing but a clear sentence for the rest."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jira_usage.errors import InvalidInput
from jira_usage.metrics import admin_export
from jira_usage.metrics.admin_export import Export, read_export
from jira_usage.metrics.last_seen import Match, kept_match, match
from tests.builders import table, user

TODAY = date(2026, 11, 20)
HOST = "acme.atlassian.net"
HEAD = "User id,User name,email,User status,Added to org,Org role"
JIRA = f"Last seen in Jira - {HOST}"


def read(text: str | bytes, host: str = HOST) -> Export:
    return read_export(text if isinstance(text, bytes) else text.encode(), host, TODAY)


def seen(export: Export) -> dict[str, object]:
    """account id or email → date, "never" or None."""
    return {
        one.account_id or one.email: "never" if one.never else one.last for one in export.people
    }


def row(account_id: str, *more: str, email: str = "") -> str:
    return ",".join([account_id, "A Name", email, "Active", "1 Jan 2020", "User", *more])


def refused(content: bytes | str) -> str:
    with pytest.raises(InvalidInput) as error:
        read(content)
    assert error.value.remedy
    return error.value.message


def test_one_row_per_person_with_group_list_and_access_columns() -> None:
    export = read(
        f"{HEAD},Group membership,Jira - {HOST},Confluence - {HOST},{JIRA},"
        f"Last seen in Confluence - {HOST}\n"
        'a1,Ann,ann@acme.example,Active,1 Jan 2020,User,"jira-users, all",User,,3 Jan 2024,\n'
        "a2,Ben,ben@acme.example,Active,1 Jan 2020,User,all,User,,Never accessed,19 Nov 2026\n"
    )
    assert seen(export) == {"a1": date(2024, 1, 3), "a2": "never"}
    assert export.columns == (JIRA,) and export.named and not export.anywhere
    assert export.rows == 2 and export.unreadable == 0


def test_pivoted_by_group_each_person_is_one() -> None:
    export = read(
        f"Group id,Group name,{HEAD},{JIRA}\n"
        f"g1,all,{row('a1', '3 Jan 2024')}\n"
        f"g2,jira,{row('a1', '3 Jan 2024')}\n"
        f"g2,jira,{row('a2', 'Never accessed')}\n"
        f"g3,more,{row('a2', '4 Feb 2025')}\n"
        f"g3,more,{row('a2', 'Never accessed')}\n"
    )
    assert seen(export) == {"a1": date(2024, 1, 3), "a2": date(2025, 2, 4)}
    assert export.rows == 5


def test_an_older_export_names_no_site() -> None:
    export = read(
        f"{HEAD},Last seen in Jira Software\n{row('a1', '3 Jan 2024')}\n"
        f"{row('a2', 'Never logged in')}\n{row('a3', 'Never Accessed')}\n{row('a4', '')}\n"
    )
    assert seen(export) == {"a1": date(2024, 1, 3), "a2": "never", "a3": "never", "a4": None}
    assert not export.named and export.columns == ("Last seen in Jira Software",)


def test_export_accounts_tells_of_any_product() -> None:
    export = read(
        "Name,Email,Atlassian ID,Status,Last active date [UTC],Jira,Jira Service Management\n"
        "Ann,ann@acme.example,a1,Active,2026-11-01,Yes,\n"
        "Ben,ben@acme.example,a2,Active,Never logged in,Yes,\n"
    )
    assert seen(export) == {"a1": date(2026, 11, 1), "a2": "never"}
    assert export.anywhere and export.columns == ("Last active date [UTC]",)


def test_of_several_sites_the_columns_of_this_one_are_taken() -> None:
    head = (
        f"{HEAD},Last seen in Jira - other.atlassian.net,{JIRA},"
        f"Last seen in Jira Service Management - {HOST}"
    )
    text = f"{head}\n{row('a1', '19 Nov 2026', '3 Jan 2024', '5 Mar 2024')}\n"
    export = read(text)
    assert seen(export) == {"a1": date(2024, 3, 5)} and len(export.columns) == 2
    assert export.people[0].apps == {
        "jira-software": date(2024, 1, 3),
        "jira-servicedesk": date(2024, 3, 5),
    }
    assert seen(read(text.replace(f" - {HOST}", " - acme"))) == {"a1": date(2024, 3, 5)}
    other = read(text, "third.atlassian.net")
    assert not other.named and len(other.columns) == 3
    assert seen(other) == {"a1": date(2026, 11, 19)}


PLAIN = f"{HEAD},{JIRA}\n{row('a1', '3 Jan 2024')}\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode("utf-16"),
        ("sep=;\n" + PLAIN.replace(",", ";")).encode(),
        ("\n" + PLAIN + "\n\n").encode(),
        PLAIN.replace("A Name", "Zoë").encode("cp1252"),
        PLAIN.replace("A Name", '"Name, A ""the one"""').encode(),
        PLAIN.replace("A Name", '"two\nlines"').encode(),
        PLAIN.replace("User id", '"User ID"').encode(),
    ],
)
def test_it_is_read_however_it_was_saved(content: bytes) -> None:
    assert seen(read(content)) == {"a1": date(2024, 1, 3)}


@pytest.mark.parametrize(
    "cell, told",
    [
        ("3 Jan 2024", date(2024, 1, 3)),
        ("03 Jan 2024", date(2024, 1, 3)),
        ("3 January 2024", date(2024, 1, 3)),
        ("3 Sept 2024", date(2024, 9, 3)),
        ("3-Jan-24", date(2024, 1, 3)),
        ('"Jan 3, 2024"', date(2024, 1, 3)),
        ("2024-01-03", date(2024, 1, 3)),
        ("2024-01-03T23:59:59.000Z", date(2024, 1, 3)),
        ("2024-01-03 10:00:00 UTC", date(2024, 1, 3)),
        ("3 Jan 2024 10:00", date(2024, 1, 3)),
    ],
)
def test_dates(cell: str, told: date) -> None:
    assert seen(read(f"{HEAD},{JIRA}\n{row('a1', cell)}\n")) == {"a1": told}


@pytest.mark.parametrize(
    "cell", ["03/01/2024", "31 Feb 2024", "2024-13-01", "45294", "1 Jan 1990", "1 Jan 2027", "=1+1"]
)
def test_what_is_no_certain_date_is_counted_and_never_guessed(cell: str) -> None:
    export = read(f"{HEAD},{JIRA}\n{row('a1', cell)}\n{row('a2', '3 Jan 2024')}\n")
    assert seen(export) == {"a1": None, "a2": date(2024, 1, 3)} and export.unreadable == 1
    assert "No date in this file can be read" in refused(f"{HEAD},{JIRA}\n{row('a1', cell)}\n")


def test_foreign_and_broken_files_get_a_sentence() -> None:
    assert "empty" in refused(b"")
    assert "empty" in refused(b"\r\n \n")
    assert "Excel" in refused(b"PK\x03\x04" + b"x" * 100)
    assert "not text" in refused(b"\x89PNG\r\n\x1a\n\x00\x00\x81\x8d\x00")
    assert "no column “User id”" in refused("<html><body>Log in</body></html>")
    assert "no column “User id”" in refused('{"users": []}')
    assert "no column “Last seen" in refused(f"{HEAD}\n{row('a1')}\n")
    assert "no column “Last seen" in refused(f"{HEAD},Last seen in Confluence - {HOST}\n")
    assert "names no person" in refused(f"{HEAD},{JIRA}\n")
    assert "not a readable CSV" in refused(f"{HEAD},{JIRA}\n{row('a1', 'x' * 200_000)}\n")


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_export, "LARGEST", 100)
    assert "larger than" in refused(PLAIN * 10)


def test_hostile_cells_stay_text() -> None:
    hostile = '=HYPERLINK("https://evil.example")'
    quoted = '"' + hostile.replace('"', '""') + '"'
    export = read(f"{HEAD},{JIRA}\n" + row("a1", "3 Jan 2024").replace("A Name", quoted) + "\n")
    assert export.people[0].name == hostile


USERS = table(
    "users",
    [
        user("a1", email="ann@acme.example"),
        user("a2", email="Ben@Acme.example"),
        user("a3"),
        user("a4", email="twice@acme.example"),
        user("a5", email="twice@acme.example"),
        user("bot", account_type="app"),
        user("gone", active=False),
    ],
)


def matched() -> tuple[Export, Match]:
    export = read(
        f"{HEAD},{JIRA}\n"
        f"{row('a1', '3 Jan 2024', email='other@acme.example')}\n"
        f"{row('', '10 Nov 2026', email='BEN@acme.example')}\n"
        f"{row('', '11 Nov 2026', email='twice@acme.example')}\n"
        f"{row('zz', '12 Nov 2026', email='zoe@acme.example')}\n"
        f"{row('a3', 'Never accessed')}\n"
    )
    return export, match(export, USERS)


def test_people_match_by_account_id_else_by_email() -> None:
    _, told = matched()
    assert list(told.seen) == ["account_id", "last_seen_on", "never", "jira-software"]
    rows = told.seen.set_index("account_id")
    assert rows["last_seen_on"].to_dict() == {
        "a1": date(2024, 1, 3),
        "a2": date(2026, 11, 10),
        "a3": None,
    }
    assert rows["never"].to_dict() == {"a1": False, "a2": False, "a3": True}
    assert (told.by_email, told.dated, told.never) == (1, 2, 1)
    assert told.strangers["email"].tolist() == ["twice@acme.example", "zoe@acme.example"]
    assert told.absent == ["a4", "a5"]  # neither robots nor who is deactivated


def test_nobody_matches() -> None:
    told = match(read(f"{HEAD},{JIRA}\n{row('zz', '3 Jan 2024')}\n"), USERS)
    assert told.seen.empty and list(told.seen)[:3] == ["account_id", "last_seen_on", "never"]
    assert told.absent == ["a1", "a2", "a3", "a4", "a5"]


def test_only_ids_and_dates_are_kept() -> None:
    export, told = matched()
    kept = kept_match(told, export, 1_700_000_000_000)
    assert kept.seen == {"a1": date(2024, 1, 3), "a2": date(2026, 11, 10), "a3": None}
    assert kept.apps == {
        "a1": {"jira-software": date(2024, 1, 3)},
        "a2": {"jira-software": date(2026, 11, 10)},
    }
    text = kept.to_json().decode()
    assert "acme.example" not in text and "A Name" not in text and "zz" not in text


cells = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["3 Jan 2024", "Never accessed", "2024-01-03", "a1", "=1+1", "\0", '"', "31 Feb 2024"]
    ),
)
headers = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            *("User id", "email", "Atlassian ID", "Name", "Group membership"),
            *(JIRA, "Last seen in Jira Software", "Last seen in Jira - "),
            "Last active date [UTC]",
        ]
    ),
)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file of the right shape with anything in it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=draw(st.sampled_from(",;\t")), escapechar="\\")
    writer.writerow(draw(st.lists(headers, max_size=6)))
    for line in draw(st.lists(st.lists(cells, max_size=7), max_size=6)):
        writer.writerow(line)
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
    return out.getvalue().encode(encoding, "replace")


# Whole files are made: it takes a while, which is no fault.
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.binary(max_size=200), files()))
@example(b"\xff\xfe")
@example(b"\xff\xfe\x00")
@example(b"sep=,")
@example(b"sep=;\r\n")
@example(b'"User id')
def test_whatever_is_uploaded_it_is_read_or_refused_in_words(content: bytes) -> None:
    try:
        export = read(content)
    except InvalidInput as error:
        assert error.message and error.remedy
        return
    assert export.people and export.columns
    for one in export.people:
        assert one.account_id or one.email
        assert not (one.never and one.last)
        assert one.last is None or one.last <= date(2026, 11, 21)
    told = match(export, USERS)
    assert kept_match(told, export, 0).to_json()
