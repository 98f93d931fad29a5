"""Links by which somebody without a token sees a part of a site, and nothing else.

A link is kept as a note of the site it shows, with a hash of its secret: whoever holds the
store can't open it. It ends by its date, or when it is revoked, and is forgotten with the next
link or sync. What a frozen link shows was settled when it was made, and is kept beside it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress

import msgspec

from jira_usage.errors import InvalidInput, StoreDamaged, StoreUnusable
from jira_usage.scope import Scope
from jira_usage.store import SiteStore, Store

NOTE, FROZEN = "links", "frozen:"
MOST_LINKS = 200
LONGEST_LABEL = 100
DAY_MS = 86_400_000


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One link. Instants are epoch ms; `id` names it in lists and opens nothing.

    What it shows is settled here: the part of the site, the days and their zone, and
    whether it is frozen. Nothing of it can be said by whoever opens it.
    """

    id: str
    secret_hash: str
    label: str
    scope: Scope
    days: int
    timezone: str
    count_created: bool
    frozen: bool
    made_by: str
    made_at: int
    expires_at: int
    opened_at: int | None = None
    opened: int = 0

    def open_at(self, now_ms: int) -> bool:
        """Whether it has not ended yet."""
        return now_ms < self.expires_at


def new_link(
    *,
    label: str,
    scope: Scope,
    days: int,
    timezone: str,
    count_created: bool,
    frozen: bool,
    made_by: str,
    now_ms: int,
    lasts_days: int,
) -> tuple[Link, str]:
    """A link and its secret, which nobody can tell again."""
    if not 1 <= lasts_days <= 366:
        raise InvalidInput("A link lasts 1 to 366 days.")
    secret = secrets.token_urlsafe(32)
    link = Link(
        id=secrets.token_hex(8),
        secret_hash=_hash(secret),
        label=label.strip()[:LONGEST_LABEL],
        scope=scope,
        days=days,
        timezone=timezone,
        count_created=count_created,
        frozen=frozen,
        made_by=made_by,
        made_at=now_ms,
        expires_at=now_ms + lasts_days * DAY_MS,
    )
    return link, secret


def keep(kept: SiteStore, link: Link, shown: bytes | None = None) -> None:
    """Keeps a link, and what a frozen one shows. Those that have ended go."""

    def change(links: tuple[Link, ...]) -> tuple[Link, ...]:
        if len(links) >= MOST_LINKS:
            raise InvalidInput(f"There are {MOST_LINKS} links.", "Revoke some first.")
        return (*links, link)

    drop_ended(kept, link.made_at)
    if link.frozen:
        told = shown or b""
        kept.change_note(FROZEN + link.id, lambda _: told)
    try:
        _change(kept, change)
    except BaseException:
        kept.drop_note(FROZEN + link.id)
        raise


def links_of(kept: SiteStore) -> tuple[Link, ...]:
    """The links of a site, the newest first; StoreDamaged where they can't be read."""
    return tuple(sorted(_read(kept.note(NOTE)), key=lambda link: -link.made_at))


def revoke(kept: SiteStore, ids: set[str]) -> None:
    """Ends some links at once, and forgets what the frozen ones show."""
    for one in ids:
        kept.drop_note(FROZEN + one)
    _change(kept, lambda links: tuple(link for link in links if link.id not in ids))


def drop_ended(kept: SiteStore, now_ms: int) -> None:
    """Forgets the links that have ended, and what frozen ones showed; none that can't be read."""
    with suppress(StoreDamaged):
        ended = {link.id for link in links_of(kept) if not link.open_at(now_ms)}
        if ended:
            revoke(kept, ended)


def revoke_with_people(kept: SiteStore) -> None:
    """Revokes the frozen links that show people: nobody can be taken out of what they show."""
    frozen = {one.id for one in links_of(kept) if one.frozen and one.scope.people != "none"}
    if frozen:
        revoke(kept, frozen)


def find(store: Store, secret: str, now_ms: int) -> tuple[SiteStore, Link] | None:
    """The link that a secret opens now; None for any other text, whatever is wrong with it."""
    told = _hash(secret)
    found = None
    for kept in store.all():
        try:
            links = links_of(kept)
        except (StoreDamaged, StoreUnusable):  # another site's is no concern here
            continue
        for link in links:
            if hmac.compare_digest(link.secret_hash, told) and link.open_at(now_ms):
                found = kept, link
    return found


def note_opened(kept: SiteStore, link: Link, now_ms: int) -> None:
    """Notes that somebody has opened a link."""

    def change(links: tuple[Link, ...]) -> tuple[Link, ...]:
        return tuple(
            msgspec.structs.replace(one, opened_at=now_ms, opened=one.opened + 1)
            if one.id == link.id
            else one
            for one in links
        )

    if kept.exists:
        _change(kept, change)


def shown_by(kept: SiteStore, link: Link) -> bytes | None:
    """What a frozen link shows; None where that was forgotten."""
    return kept.note(FROZEN + link.id)


def _hash(secret: str) -> str:
    # The secret has 256 random bits: a slow hash would add nothing.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _change(kept: SiteStore, change: Callable[[tuple[Link, ...]], tuple[Link, ...]]) -> None:
    kept.change_note(NOTE, lambda note: msgspec.json.encode(change(_read(note))))


def _read(note: bytes | None) -> tuple[Link, ...]:
    if note is None:
        return ()
    try:
        return msgspec.json.decode(note, type=tuple[Link, ...])
    except (msgspec.MsgspecError, InvalidInput):
        raise StoreDamaged(
            "The links can't be read. They are left as they are, and none of them opens.",
            "Restore the store's folder from a backup, or forget this site's data to start anew.",
        ) from None
