"""A person is forgotten: out of all tables, notes and copies, and left out of later syncs.

What is left is a keyed hash of the account id, by which a sync knows whom to leave out. It
tells nobody who that was. Their acts go with them, so earlier days count fewer.
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
        users = kept.load_table(generation.tables["users"][""])
        if not account_id or account_id not in set(users["account_id"].to_pylist()):
            raise InvalidInput("This account is not known here.", "Copy its ID from its page.")
        digest = Pseudonyms.of(kept).account_id(account_id)
        kept.change_note(NOTE, lambda note: msgspec.json.encode(sorted({*_read(note), digest})))
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
    pseudonyms = Pseudonyms.of(kept)
    users = kept.load_table(generation.tables["users"][""])
    gone = {one for one in users["account_id"].to_pylist() if pseudonyms.account_id(one) in digests}
    return without(kept, generation, gone)


def without(kept: SiteStore, generation: Generation, gone: Collection[str]) -> Generation:
    """The generation without some accounts and all that they did."""
    users = kept.load_table(generation.tables["users"][""])
    some = pa.array(sorted(gone), pa.string())
    tables = {
        name: {part: _part(kept, name, key, some) for part, key in parts.items()}
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
    if told and not told.seen.keys().isdisjoint(gone):
        rest = {one: day for one, day in told.seen.items() if one not in gone}
        apps = {one: days for one, days in told.apps.items() if one not in gone}
        seen.save_last_seen(kept, replace(told, seen=rest, apps=apps))


def _part(kept: SiteStore, name: str, key: str, some: pa.Array) -> str:
    table = before = kept.load_table(key)
    names = table.schema.names
    if "account_id" in names:
        table = table.filter(pc.invert(pc.is_in(table["account_id"], some)))
    for column in ("lead_account_id", "on_behalf_of"):
        if column in names:
            told = pc.if_else(pc.is_in(table[column], some), "", table[column])
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
