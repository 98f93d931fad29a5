"""How long what was read is kept: days of acts, and days of people who left.

It is a note of the site, applied by every sync, whoever starts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa

from jira_usage import links
from jira_usage.errors import InvalidInput, StoreDamaged
from jira_usage.forgetting import forget_notes, ids_in, ids_noted, without
from jira_usage.generation import Generation
from jira_usage.period import DAY_MS, from_epoch_ms
from jira_usage.pseudonyms import Pseudonyms
from jira_usage.store import SiteStore

NOTE, LEFT, LEFT_OUT = "retention", "left", "left_out"
SHORTEST_DAYS, USUAL_DAYS, LONGEST_DAYS = 30, 400, 3_660
PAD_DAYS: Final = 1
"""A date in one zone begins up to a day before it does in UTC."""


@dataclass(frozen=True)
class Retention:
    """`acts`: so many days of them are kept. `left`: so many days those who left; None: as acts.

    InvalidInput for days that can't be used.
    """

    acts: int = USUAL_DAYS
    left: int | None = None

    def __post_init__(self) -> None:
        for days in (self.acts, self.acts if self.left is None else self.left):
            if type(days) is not int or not SHORTEST_DAYS <= days <= LONGEST_DAYS:
                raise InvalidInput(
                    f"Data is kept for {SHORTEST_DAYS} to {LONGEST_DAYS:,} days.",
                    "The app shows at least the last 30.",
                )
        if self.left is not None and self.left > self.acts:
            raise InvalidInput(
                "People who left can't be kept for longer than acts are.",
                "Choose fewer days for them, or more for acts.",
            )

    def acts_from_ms(self, now_ms: int) -> int:
        """The first instant of which acts are kept: a midnight of UTC."""
        return (now_ms // DAY_MS - self.acts - PAD_DAYS) * DAY_MS


def retention(kept: SiteStore) -> Retention:
    """What was agreed for a site, or the usual; StoreDamaged where that can't be read."""
    note = kept.note(NOTE)
    if note is None:
        return Retention()
    try:
        return msgspec.json.decode(note, type=Retention)
    except (msgspec.MsgspecError, InvalidInput):
        raise StoreDamaged(
            "How long data is kept can't be read, so nothing is synced.",
            "Set it anew: python -m jira_usage keep --acts 400",
        ) from None


def set_retention(kept: SiteStore, wanted: Retention) -> None:
    """From the next sync on, what is older goes."""
    kept.change_note(NOTE, lambda _: msgspec.json.encode(asdict(wanted)))


def changed(kept: SiteStore, acts: int | None, left: int | None) -> Retention:
    """What is agreed, but for what is told; no days (0) of people who left: as long as acts.

    What can't be read is replaced where `acts` are told.
    """
    try:
        agreed = retention(kept)
    except StoreDamaged:
        if acts is None:
            raise
        agreed = Retention()
    days = agreed.acts if acts is None else acts
    return Retention(days, agreed.left if left is None else left or None)


def retention_words(agreed: Retention) -> str:
    """“Acts are kept for 400 days, people who left for 90 days.”"""
    theirs = "as long" if agreed.left is None else f"for {agreed.left:,} days"
    return f"Acts are kept for {agreed.acts:,} days, people who left {theirs}."


def since(parts: Mapping[str, str], from_ms: int) -> dict[str, str]:
    """The parts of a table, by UTC date, from an instant on."""
    first = from_epoch_ms(from_ms).date().isoformat()
    return {day: key for day, key in parts.items() if day >= first}


def without_left(kept: SiteStore, generation: Generation) -> Generation:
    """The generation without those who left longer ago than agreed; itself where nobody did.

    Somebody left whose account is disabled, or is not in Jira's list any more; it is counted
    from the first sync that found it so. Whoever comes back is shown again. Frozen links that
    show people are revoked when somebody goes: nobody can be taken out of them.
    """
    gone = _gone(kept, generation, retention(kept))
    _revoke_for(kept, gone, int(generation.meta["as_of"]))
    if not gone:
        return generation
    forget_notes(kept, gone)
    meta = {**generation.meta, "left_out": len(gone)}
    return replace(without(kept, generation, gone), meta=meta)


def _gone(kept: SiteStore, generation: Generation, agreed: Retention) -> set[str]:
    """Whoever is still named anywhere, and left longer ago than agreed."""
    if agreed.left is None:
        return set()
    as_of, digest = int(generation.meta["as_of"]), Pseudonyms.of(kept).account_id
    users = kept.load_table(generation.tables["users"][""])
    there, noted, left_at = _there(users), ids_noted(kept), _read(kept.note(LEFT))
    if generation.meta["coverage"].get("users") == "complete":
        # Who left without an act that is kept is in no list, but in what is told of before.
        changes = kept.load_table(generation.tables["changes"][""])
        known = {*users["account_id"].to_pylist(), *changes["account_id"].to_pylist()}
        away = {digest(one): one not in there for one in known | noted}
        left_at = _noted(kept, away, as_of, agreed)
    from_ms = as_of - agreed.left * DAY_MS
    due = {one for one, at in left_at.items() if at < from_ms}
    if not due:
        return set()
    gone = {one for one in ids_in(kept, generation) | noted if digest(one) in due} - there
    return gone - _acted(kept, generation, users, from_ms) if gone else gone


def _there(users: pa.Table) -> set[str]:
    """Whoever has not left; apps never do."""
    names = ("account_id", "account_type", "active", "listed")
    return {
        account_id
        for account_id, account_type, active, listed in zip(
            *(users[name].to_pylist() for name in names), strict=True
        )
        if (active and listed) or account_type == "app"
    }


def _revoke_for(kept: SiteStore, gone: set[str], as_of: int) -> None:
    """Revokes the frozen links that may show somebody who goes now: those made since do not.

    Where they can't be read, none opens, and the next sync tries again.
    """
    before = _read(kept.note(LEFT_OUT))
    if not (gone or before):
        return
    left_out = {one: before.get(one, as_of) for one in map(Pseudonyms.of(kept).account_id, gone)}
    with suppress(StoreDamaged):
        if left_out.keys() - before.keys():
            links.revoke_with_people(kept)
        if left_out != before:
            kept.change_note(LEFT_OUT, lambda _: msgspec.json.encode(left_out))


def _noted(
    kept: SiteStore, here: Mapping[str, bool], as_of: int, agreed: Retention
) -> dict[str, int]:
    """Since when people are away, of whom `here` says so by their digests.

    Who is not here at all stays noted while acts of theirs might be read again.
    """
    acts_from_ms = agreed.acts_from_ms(as_of)
    told: dict[str, int] = {}

    def change(note: bytes | None) -> bytes:
        told.update({one: as_of for one, away in here.items() if away})
        for one, at in _read(note).items():
            if here.get(one, at >= acts_from_ms):
                told[one] = at
        return msgspec.json.encode(told)

    kept.change_note(LEFT, change)
    return told


def _acted(kept: SiteStore, generation: Generation, users: pa.Table, from_ms: int) -> set[str]:
    """Who did something since an instant: Jira's list may leave out somebody who is there."""
    ids, found = users["account_id"].to_pylist(), set()
    for tally in kept.load_tables(generation.tables["tally"].values(), ["at", "account"]):
        recent = tally["account"].to_numpy()[tally["at"].to_numpy() >= from_ms]
        found |= {ids[place] for place in np.unique(recent) if place < len(ids)}
    return found


def _read(note: bytes | None) -> dict[str, int]:
    if note is None:
        return {}
    try:
        return msgspec.json.decode(note, type=dict[str, int])
    except msgspec.MsgspecError:
        raise StoreDamaged(
            "Since when people are away can't be read, so nothing is synced.",
            "Restore the store's folder from a backup, or forget this site's data to start anew.",
        ) from None
