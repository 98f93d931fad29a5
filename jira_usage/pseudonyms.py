"""Names that stand for people: the same person has the same one, and nobody can go back.

They are made with a key of the site, which never leaves its folder. Without it, an
account id can't be tried against a pseudonym.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from jira_usage.store import SiteStore

NOTE = "pseudonym_key"
SIZE = 32


class Pseudonyms:
    """The pseudonyms of one site."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of(cls, kept: SiteStore) -> Pseudonyms:
        """With the site's key, which is made when it is first asked for."""
        key = kept.note(NOTE)
        if key is None or len(key) != SIZE:
            kept = SiteStore(kept.folder)  # nobody's note: whoever may look may need it
            kept.change_note(NOTE, lambda told: told or secrets.token_bytes(SIZE))
            key = kept.note(NOTE) or b""
        return cls(key)

    def account_id(self, account_id: str) -> str:
        """What stands for an account id; nobody stays nobody."""
        return f"p-{self._digest(account_id).hex()[:20]}" if account_id else ""

    def name(self, account_id: str) -> str:
        """“Person K7Q2-M9XA”."""
        text = base64.b32encode(self._digest(account_id)).decode()
        return f"Person {text[:4]}-{text[4:8]}"

    def _digest(self, account_id: str) -> bytes:
        return hmac.new(self._key, account_id.encode(), hashlib.sha256).digest()
