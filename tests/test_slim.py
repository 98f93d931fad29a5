"""Pages decoded to what is needed: nothing else is kept, and odd pages come whole."""

import json

import orjson
import pytest

from jira_usage.documents import Person
from jira_usage.slim import (
    comment_list,
    comments_page,
    decoded,
    issues_page,
    members_page,
    users_page,
)

ANN = {"accountId": "a", "displayName": "Ann", "accountType": "atlassian", "active": True}
PERSON = Person("a", "Ann", "atlassian", True)


def text(document: object) -> bytes:
    return json.dumps(document).encode()


def test_of_a_comment_only_who_and_when_is_kept() -> None:
    comment = {"id": "1", "author": ANN, "created": "x", "updated": "y"}
    page = {"comments": [{**comment, "body": {"secret": 1}, "jsdPublic": True}], "total": 1}
    assert comments_page(text(page)) == {"comments": [{**comment, "author": PERSON}], "total": 1}
    known = {"values": page["comments"], "total": 1, "isLast": True}
    assert comment_list(text(known)) == {"values": [{**comment, "author": PERSON}]}


def test_of_an_issue_only_what_is_asked_for_is_kept() -> None:
    fields = {"project": {"key": "WEB"}, "created": "x", "updated": "y", "creator": None}
    page = {"issues": [{"id": 7, "key": "WEB-1", "fields": {**fields, "summary": "secret"}}]}
    assert issues_page(text(page)) == {"issues": [{"id": 7, "key": "WEB-1", "fields": fields}]}


def test_of_an_account_no_picture_is_kept() -> None:
    user = {"accountId": "a", "emailAddress": None, "active": False}
    shown = {**user, "avatarUrls": {"48x48": "https://"}}
    assert users_page(text([shown])) == [user]
    assert members_page(text({"values": [shown], "total": 1})) == {"values": [user], "total": 1}


def test_a_page_that_is_not_as_documented_comes_whole() -> None:
    odd = {"comments": [{"id": {"a": 1}, "body": "x"}], "total": "one"}
    assert comments_page(text(odd)) == odd
    assert comment_list(text({"values": odd})) == {"values": odd}
    assert users_page(b'{"errorMessages": []}') == {"errorMessages": []}


@pytest.mark.parametrize("damaged", [b"", b"{", b'{"comments": [', b"\xff\xfe", b"<html>"])
def test_damage_is_told(damaged: bytes) -> None:
    for decode in (comments_page, users_page, orjson.loads):
        with pytest.raises(ValueError):
            decoded(damaged, decode)


@pytest.mark.parametrize("half", [rb"\ud83d", rb"\uDE80", rb"\ud83d\ud83d\ude80", b"\xff"])
def test_a_text_that_was_cut_within_a_sign_does_not_cost_the_page(half: bytes) -> None:
    content = b'[{"accountId": "a", "displayName": "Ann %b"}]' % half
    for decode in (users_page, orjson.loads):
        [user] = decoded(content, decode)
        assert user["accountId"] == "a" and user["displayName"].startswith("Ann ")


def test_whole_signs_stay_as_they_are() -> None:
    content = rb'[{"displayName": "\ud83d\ude80 \\ud83d"}]'
    assert decoded(content, users_page) == [{"displayName": "🚀 \\ud83d"}]
