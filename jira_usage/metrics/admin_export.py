"""The CSV files that admin.atlassian.com exports: who was last seen when, in which product.

Header variants (sources: Atlassian's support pages, exports seen): “Export users” with one
row per person or, pivoted by group, several; “Last seen in <App> - <site>” or, of older
sites, “Last seen in Jira Software”; and “Export accounts” with one “Last active date”.
Every cell is text and is treated as such.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from jira_usage.errors import InvalidInput

LARGEST: Final = 64 * 1024 * 1024
LONGEST_TEXT: Final = 200
EARLIEST: Final = date(2002, 1, 1)  # Jira's first year
_IDS = ("user id", "atlassian id", "atlassian account id", "account id")
_EMAILS = ("email", "email address", "user email")
_NAMES = ("user name", "name", "display name", "full name")
_ANYWHERE = ("last active date", "last active", "last active on", "last seen")
_SEEN_IN = "last seen in "
PRODUCTS: Final = {
    "jira": "jira-software",
    "jira software": "jira-software",
    "jira core": "jira-core",
    "jira work management": "jira-core",
    "jira service management": "jira-servicedesk",
    "jira service desk": "jira-servicedesk",
    "jira product discovery": "jira-product-discovery",
}
_DATE_FORMS = ("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y")
EXPORT_HELP: Final = (
    "In admin.atlassian.com open Directory, Users, and choose “Export users”; upload that CSV "
    "as it came."
)


@dataclass
class Seen:
    """One person of a file; `last` is None where no date was told, `never` where it says so."""

    account_id: str
    email: str
    name: str
    last: date | None = None
    never: bool = False
    apps: dict[str, date] = field(default_factory=dict)

    def add(self, product_key: str, told: date | None, never: bool) -> None:
        self.never = (self.never or never) and self.last is None and told is None
        if told:
            self.last = max(self.last or told, told)
            if product_key:
                self.apps[product_key] = max(self.apps.get(product_key, told), told)


@dataclass(frozen=True)
class Export:
    """What a file tells. columns: the headers that were taken. named: they name this site;
    anywhere: they tell of any Atlassian product, not of Jira. rows: without the header.
    unreadable: cells that are neither empty, nor a date, nor “never”."""

    people: tuple[Seen, ...]
    columns: tuple[str, ...]
    named: bool
    anywhere: bool
    rows: int
    unreadable: int


@dataclass(frozen=True)
class _Columns:
    account_id: int | None
    email: int | None
    name: int | None
    seen: tuple[tuple[int, str], ...]  # place, product_key
    named: bool
    anywhere: bool


def read_export(content: bytes, host: str, today: date) -> Export:
    """The people of an exported CSV file, each once; InvalidInput where it is none.

    Of several sites in the file the columns of `host` are taken, or every Jira column where
    none names it. A day after tomorrow is no date.
    """
    delimiter, text = _delimiter(_text(content))
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
        header = next((row for row in rows if any(cell.strip() for cell in row)), [])
        columns = _columns(header, host)
        people: dict[str, Seen] = {}
        number = unreadable = 0
        for row in rows:
            if not any(row):
                continue
            number += 1
            unreadable += _add(people, row, columns, today)
    except csv.Error:
        raise InvalidInput("This file is not a readable CSV file.", EXPORT_HELP) from None
    if not people:
        raise InvalidInput("This file names no person.", EXPORT_HELP)
    found = tuple(people.values())
    if unreadable and not any(one.last or one.never for one in found):
        raise InvalidInput(
            "No date in this file can be read: a spreadsheet may have changed them.", EXPORT_HELP
        )
    taken = tuple(_shown(header[place]) for place, _ in columns.seen)
    return Export(found, taken, columns.named, columns.anywhere, number, unreadable)


def _text(content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or the Western code page of old spreadsheets."""
    if len(content) > LARGEST:
        raise InvalidInput(
            f"This file is larger than {LARGEST >> 20} MB.",
            "Export users without their groups: that file is smaller.",
        )
    if not content.strip(b"\0 \r\n\t"):
        raise InvalidInput("This file is empty.", EXPORT_HELP)
    if content.startswith(b"PK\x03\x04"):
        raise InvalidInput("This is an Excel file or a ZIP archive, not a CSV file.", EXPORT_HELP)
    try:
        text = content.decode(_encoding(content))
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            raise InvalidInput("This file is not text.", EXPORT_HELP) from None
    if "\0" in text:
        raise InvalidInput("This file is not text.", EXPORT_HELP)
    return text.removeprefix("\ufeff")


def _encoding(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = content[:200]
    if len(start) >= 4 and not any(start[0::2]):
        return "utf-16-be"
    if len(start) >= 4 and not any(start[1::2]):
        return "utf-16-le"
    return "utf-8-sig"


def _delimiter(text: str) -> tuple[str, str]:
    """The sign between the cells of the first line, and the text without a spreadsheet's
    own line that names it."""
    first, _, rest = text.lstrip("\r\n").partition("\n")
    if re.fullmatch(r"(?i)\"?sep=[,;\t]\"?", first.strip("\r ")):
        return first.strip('\r "')[-1], rest
    return max(",;\t", key=first.count), text


def _columns(header: Sequence[str], host: str) -> _Columns:
    names = [_normal(cell) for cell in header]
    account_id, email = _place(names, _IDS), _place(names, _EMAILS)
    seen_in = [(n, name.removeprefix(_SEEN_IN)) for n, name in enumerate(names)]
    jira = [(n, *found) for n, rest in seen_in if names[n] != rest and (found := _app(rest))]
    here = {host.lower(), host.lower().split(":")[0], host.lower().split(".")[0]}
    named = [(n, key) for n, key, site in jira if site in here]
    seen = named or [(n, key) for n, key, _ in jira]
    anywhere = []
    if not seen:
        anywhere = [n for n, name in enumerate(names) if name.split(" [")[0] in _ANYWHERE]
    if account_id is None and email is None:
        raise InvalidInput(
            "This file has no column “User id”, “Atlassian ID” or “email”.", EXPORT_HELP
        )
    if not seen and not anywhere:
        raise InvalidInput(
            "This file has no column “Last seen in Jira” or “Last active date”.", EXPORT_HELP
        )
    return _Columns(
        account_id,
        email,
        _place(names, _NAMES),
        tuple(seen or [(n, "") for n in anywhere]),
        bool(named),
        bool(anywhere),
    )


def _app(rest: str) -> tuple[str, str] | None:
    """Product key and site of “jira - acme.atlassian.net”; None for what is not Jira."""
    app, _, site = rest.partition(" - ")
    key = PRODUCTS.get(app.strip())
    return (key, site.strip()) if key else None


def _add(people: dict[str, Seen], row: Sequence[str], columns: _Columns, today: date) -> int:
    """Adds a row to its person; returns how many of its cells could not be read."""
    account_id = _cell(row, columns.account_id)
    email = _cell(row, columns.email).lower()
    if not account_id and not email:
        return 0
    key = f"id:{account_id}" if account_id else f"email:{email}"
    person = people.get(key)
    if person is None:
        person = people[key] = Seen(account_id, email, _cell(row, columns.name))
    person.email = person.email or email
    unreadable = 0
    for place, product_key in columns.seen:
        cell = _cell(row, place)
        never = cell.lower().startswith("never")
        told = _date(cell, today) if cell and not never else None
        unreadable += bool(cell and not never and told is None)
        person.add(product_key, told, never)
    return unreadable


def _date(cell: str, today: date) -> date | None:
    """`3 Jan 2024`, ISO dates and instants; None for anything else. Numbers alone are ambiguous."""
    for day in _readings(cell[:40]):
        if EARLIEST <= day <= today + timedelta(days=1):
            return day
    return None


@lru_cache(maxsize=4096)
def _readings(cell: str) -> tuple[date, ...]:
    return tuple(_each_reading(cell))


def _each_reading(cell: str) -> Iterator[date]:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}([T ].*)?", cell):
        try:
            yield date.fromisoformat(cell[:10])
        except ValueError:
            return
    words = re.sub(r"\bsept\b", "sep", cell, flags=re.IGNORECASE)
    words = re.split(r",? \d{1,2}:\d{2}", words)[0]
    for form in _DATE_FORMS:
        try:
            yield datetime.strptime(words, form).date()
        except ValueError:
            continue


def _place(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)


def _normal(cell: str) -> str:
    return " ".join(cell.replace("\ufeff", "").split()).lower()


def _shown(cell: str) -> str:
    return " ".join(cell.split())[:LONGEST_TEXT]


def _cell(row: Sequence[str], place: int | None) -> str:
    """One cell; a row may be shorter than the header. It is text, whatever it begins with."""
    return row[place].strip()[:LONGEST_TEXT] if place is not None and place < len(row) else ""
