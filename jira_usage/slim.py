"""Pages of documents by the thousand, decoded to the few fields that are needed.

The rest is skipped while decoding: avatars, addresses of addresses, and the bodies of
comments, which must never be kept anyway. What comes out are ordinary dictionaries. A
page that is not as Jira documents it comes out whole instead, for whoever reads it to judge.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypedDict, TypeVar

import msgspec
import orjson

from jira_usage.deep import pruned
from jira_usage.documents import Person

T = TypeVar("T")
Json = Any
# Half of a sign: a text that was cut in the middle of an emoji.
_HALF_SIGN = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
Scalar = str | int | float | bool | None


class User(TypedDict, total=False):
    """An account, in the list of all and as a member of a group."""

    accountId: str | None
    displayName: str | None
    emailAddress: str | None
    accountType: str | None
    active: bool | None


class Members(TypedDict, total=False):
    values: list[User]
    total: Any
    isLast: Any


class Comment(TypedDict, total=False):
    """Who wrote a comment and edited it last, and when."""

    id: Scalar
    author: Person | None
    updateAuthor: Person | None
    created: Scalar
    updated: Scalar


class Comments(TypedDict, total=False):
    comments: list[Comment]
    total: Any


class CommentList(TypedDict, total=False):
    values: list[Comment]


class Worklog(Comment, total=False):
    """The same of a work log, and whose it is."""

    issueId: Scalar


class Project(TypedDict, total=False):
    key: str | None


class Fields(TypedDict, total=False):
    project: Project | None
    created: Scalar
    updated: Scalar
    creator: Person | None
    comment: Comments | None


class Issue(TypedDict, total=False):
    """Where an issue is, who created it, and its first or last comments."""

    id: Scalar
    key: str | None
    fields: Fields | None


class Issues(TypedDict, total=False):
    issues: list[Issue]
    nextPageToken: Any
    isLast: Any


def decoded(content: bytes, decode: Callable[[bytes], T]) -> T:
    """What `decode` makes of an answer; texts that are cut within a sign are mended for it.

    What is nested too deeply for parsers is left out. Raises ValueError where it is damaged
    beyond that.
    """
    try:
        return decode(content)
    except (ValueError, RecursionError):
        whole = _HALF_SIGN.sub(rb"\\ufffd", content.decode("utf-8", "replace").encode())
    try:
        return decode(pruned(whole))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _decoder(shape: Any) -> Callable[[bytes], Json]:
    decode = msgspec.json.Decoder(shape).decode

    def decoded(content: bytes) -> Json:
        try:
            return decode(content)
        except msgspec.ValidationError:
            return orjson.loads(content)
        except msgspec.DecodeError:
            raise ValueError("no JSON") from None

    return decoded


users_page = _decoder(list[User])
members_page = _decoder(Members)
comments_page = _decoder(Comments)
comment_list = _decoder(CommentList)
worklogs_page = _decoder(list[Worklog])
issues_page = _decoder(Issues)
