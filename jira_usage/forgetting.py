"""A person is forgotten: out of all tables, notes and copies, and left out of later syncs.

What is left are keyed hashes of the account id and the name, by which a sync knows whom to
leave out. They tell nobody who that was. Their acts go with them, so earlier days count fewer.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jira_usage import decisions, links, seen
from jira_usage.blobs import scrub
from jira_usage.errors import InvalidInput, NothingSynced, StoreDamaged
from jira_usage.generation import Generation
from jira_usage.pseudonyms import Pseudonyms
from jira_usage.store import BUSY, SiteStore

NOTE = "forgotten"
# An app that acts for somebody may tell no id, but a name: then that is in the last of them.
BY_NAME = "on_behalf_of"
ID_COLUMNS = ("account_id", "lead_account_id", BY_NAME)


def forget_person(kept: SiteStore, account_id: str) -> None:
    """Leaves nothing of a person in what is kept of a site, and keeps later syncs from it.

    Frozen links that show people are revoked. InvalidInput for an account that is not
    known, and for the one whose token reads the site: that is the site's own data.
    """
    with kept.writing(BUSY):
        generation = kept.current()
        if generation is None:
            raise NothingSynced("This site has not been synced yet.", "Sync it first.")
        if account_id == generation.meta.get("account_id"):
            raise InvalidInput(
                "This account's token reads the site.", "Forget this site's data instead."
            )
        if account_id not in ids_in(kept, generation) | ids_noted(kept):
            raise InvalidInput("This account is not known here.", "Copy its ID from its page.")
        digest = Pseudonyms.of(kept).account_id
        names = _names(kept.load_table(generation.tables["users"][""]), {account_id})
        new = {digest(account_id), *(digest(_as_name(name)) for name in names)}
        kept.change_note(NOTE, lambda note: msgspec.json.encode(sorted({*_read(note), *new})))
        forget_notes(kept, {account_id})
        links.revoke_with_people(kept)
        number = uuid.uuid4().hex
        meta = {**generation.meta, "snapshot_id": number}
        kept.replace_all(replace(without_forgotten(kept, generation), id=number, meta=meta))
        scrub(kept.folder)


def settled(kept: SiteStore) -> None:
    """After a sync: what it read and has left out again is nowhere on the disk."""
    if kept.note(NOTE) is not None:
        scrub(kept.folder)


def without_forgotten(kept: SiteStore, generation: Generation) -> Generation:
    """The generation without those who are forgotten; itself where nobody is."""
    digests = set(_read(kept.note(NOTE)))
    if not digests:
        return generation
    digest = Pseudonyms.of(kept).account_id
    told = ids_in(kept, generation)
    gone = {one for one in told if digest(one) in digests}
    names = {one for one in told if digest(_as_name(one)) in digests}
    return without(kept, generation, gone, names)


def ids_in(kept: SiteStore, generation: Generation) -> set[str]:
    """Everybody whom any table names by account id, and by name where an app tells no id."""
    blobs = [key for parts in generation.tables.values() for key in parts.values()]
    found: set[str | None] = set()
    for table in kept.load_tables(blobs, ID_COLUMNS):
        for column in table.columns:
            found.update(pc.unique(column).to_pylist())
    return {one for one in found if one}


def ids_noted(kept: SiteStore) -> set[str]:
    """Everybody of whom something was noted by hand or by upload."""
    told = seen.load_last_seen(kept)
    uploaded = told.seen.keys() | told.apps.keys() if told else set()
    return {one.account_id for one in decisions.noted(kept).decisions} | uploaded


def without(
    kept: SiteStore,
    generation: Generation,
    gone: Collection[str],
    names: Collection[str] = frozenset(),
) -> Generation:
    """The generation without some accounts and all that they did; itself where nobody goes.

    What apps did for them stays, without naming them: neither by their names of now, nor by
    those that are told.
    """
    if not (gone or names):
        return generation
    users = kept.load_table(generation.tables["users"][""])
    some = pa.array(sorted(gone), pa.string())
    named = pa.array(sorted({*gone, *names, *_names(users, gone)}), pa.string())
    tables = {
        name: {part: _part(kept, key, some, named) for part, key in parts.items()}
        for name, parts in generation.tables.items()
        if name != "tally"
    }
    tables["tally"] = {
        part: kept.save_table(_tally(kept.load_table(key), users, some))
        for part, key in generation.tables["tally"].items()
    }
    return replace(generation, tables=tables)


def forget_notes(kept: SiteStore, gone: Collection[str]) -> None:
    """Takes people out of what was noted by hand and by upload."""
    made = decisions.noted(kept).decisions
    if theirs := [one.pair for one in made if one.account_id in gone]:
        decisions.take_back(kept, theirs)
    told = seen.load_last_seen(kept)
    if told and not (told.seen.keys() | told.apps.keys()).isdisjoint(gone):
        rest = {one: day for one, day in told.seen.items() if one not in gone}
        apps = {one: days for one, days in told.apps.items() if one not in gone}
        seen.save_last_seen(kept, replace(told, seen=rest, apps=apps))


def _names(users: pa.Table, of: Collection[str]) -> set[str]:
    """The names of some users."""
    theirs = users.filter(pc.is_in(users["account_id"], pa.array(sorted(of), pa.string())))
    return {name for name in theirs["display_name"].to_pylist() if name}


def _as_name(text: str) -> str:
    """A name, told apart from an account id: who takes another's id for a name is not them."""
    return f"name {text}"


def _part(kept: SiteStore, key: str, some: pa.Array, named: pa.Array) -> str:
    table = before = kept.load_table(key)
    names = table.schema.names
    if "account_id" in names:
        table = table.filter(pc.invert(pc.is_in(table["account_id"], some)))
    for column, those in (("lead_account_id", some), (BY_NAME, named)):
        if column in names:
            told = pc.if_else(pc.is_in(table[column], those), "", table[column])
            table = table.set_column(names.index(column), table.schema.field(column), told)
    return key if table.equals(before) else kept.save_table(table)


def _tally(tally: pa.Table, users: pa.Table, some: pa.Array) -> pa.Table:
    """The tally without their acts; the others' places move up."""
    stays = np.append(~pc.is_in(users["account_id"], some).to_numpy(), True)
    places = np.cumsum(stays) - 1
    old = tally["account"].to_numpy()
    kept = tally.filter(pa.array(stays[old]))
    moved = pa.array(places[old[stays[old]]].astype(np.int32))
    return kept.set_column(tally.schema.names.index("account"), "account", moved)


def _read(note: bytes | None) -> list[str]:
    if note is None:
        return []
    try:
        return msgspec.json.decode(note, type=list[str])
    except msgspec.MsgspecError:
        raise StoreDamaged(
            "Who is to be forgotten can't be read, so nothing is synced.",
            "Restore the store's folder from a backup, or forget this site's data to start anew.",
        ) from None
