"""By what is whoever connected once known again, without keeping a token?"""

from __future__ import annotations

import hashlib
import hmac
import secrets


def proof(email: str, api_token: str) -> str:
    """A salted slow hash by which the same email and token are known again."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_slow_hash(email, api_token, salt).hex()}"


def proves(kept: str, email: str, api_token: str) -> bool:
    """Whether an email and a token are those that `kept` was made of."""
    salt, _, digest = kept.partition(":")
    try:
        told = _slow_hash(email, api_token, bytes.fromhex(salt))
        return bool(digest) and hmac.compare_digest(told, bytes.fromhex(digest))
    except ValueError:
        return False


def _slow_hash(email: str, api_token: str, salt: bytes) -> bytes:
    secret = f"{email.lower()}\n{api_token}".encode()
    return hashlib.scrypt(secret, salt=salt, n=1 << 14, r=8, p=1)
