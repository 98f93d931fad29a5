"""The reclaim list as somebody filled it in: read back whole, or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from jira_usage.decisions import CHOICES, Decision
from jira_usage.errors import InvalidInput
from jira_usage.metrics.words import listed

NEEDED = ("account_id", "product_key", "decision")
LARGEST_FILE = 20_000_000
MOST_TOLD = 20


@dataclass(frozen=True)
class FilledIn:
    """What a file decides anew; where there are problems, none of it may be applied."""

    decisions: tuple[Decision, ...] = ()
    problems: tuple[str, ...] = ()
    undecided: int = 0
    unchanged: int = 0


def read_filled_in(
    blob: bytes,
    known: Collection[tuple[str, str]],
    decided: Mapping[tuple[str, str], Decision],
    *,
    by: str = "",
    at_ms: int = 0,
) -> FilledIn:
    """The decisions in a CSV with the columns of the reclaim list; others are not looked at.

    `known` are the accounts and products that a row may name, `decided` is what was decided
    before: a row that says the same changes nothing, nor does a row without a decision, whatever
    has become of its license.
    Problems name the line, as a spreadsheet counts.
    """
    try:
        rows = _rows(blob)
    except InvalidInput as error:
        return FilledIn(problems=(str(error),))
    pairs = frozenset(known)
    decisions: dict[tuple[str, str], Decision] = {}
    problems, undecided = [], 0
    for line, row in rows:
        told = {name: _plain(row.get(name) or "") for name in (*NEEDED, *_MORE)}
        pair, choice = (told["account_id"], told["product_key"]), told["decision"].lower()
        if not any(told.values()):
            continue
        if not choice:
            undecided += 1
        elif pair not in pairs:
            problems.append(f"Line {line}: there is no license {pair[1]} of {pair[0]} in this data")
        elif choice not in CHOICES:
            words = listed(CHOICES)
            problems.append(f"Line {line}: “{choice[:40]}” is no decision; use {words}")
        elif pair in decisions:
            problems.append(f"Line {line}: {pair[0]} and {pair[1]} are decided twice")
        else:
            try:
                decisions[pair] = _decision(pair, choice, told, by, at_ms)
            except InvalidInput as error:
                problems.append(f"Line {line}: {error}")
    if problems:
        return FilledIn(problems=tuple(problems), undecided=undecided)
    new = tuple(d for d in decisions.values() if not _same(d, decided.get(d.pair)))
    return FilledIn(new, (), undecided, len(decisions) - len(new))


_MORE = ("expires_on", "note", "decided_by")


def _rows(blob: bytes) -> list[tuple[int, dict[str, str]]]:
    if len(blob) > LARGEST_FILE:
        raise InvalidInput("The file is too large.", "Use a CSV of at most 20 MB.")
    try:
        text = blob.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("The file is no UTF-8 text.", "Save it as “CSV UTF-8”.") from None
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)  # spreadsheets write the sign of their country
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
        if missing:
            raise InvalidInput(
                f"The file has no column {listed(missing)}.", "Fill in the list downloaded here."
            )
        return [(reader.line_num, row) for row in reader]
    except csv.Error:
        raise InvalidInput("The file is no CSV.", "Save the list as CSV again.") from None


def _decision(
    pair: tuple[str, str], choice: str, told: dict[str, str], by: str, at_ms: int
) -> Decision:
    ends = told["expires_on"]
    try:
        expires_on = date.fromisoformat(ends) if ends else None
    except ValueError:
        raise InvalidInput(f"“{ends[:40]}” is no date.", "Write it as 2027-03-31.") from None
    return Decision(*pair, choice, told["note"], expires_on, told["decided_by"] or by, at_ms)


def _same(new: Decision, old: Decision | None) -> bool:
    return old is not None and (new.choice, new.reason, new.expires_on) == (
        old.choice,
        old.reason,
        old.expires_on,
    )


def _plain(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from taking a text for a formula."""
    text = cell.strip()
    return text[1:] if text.startswith(("'=", "'+", "'-", "'@")) else text
