"""The Share page, and what a link shows to whoever opens it: that, and nothing else."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from jira_usage import links, terms
from jira_usage.reports import Making, build_report, subject_of
from jira_usage.scope import Scope
from jira_usage.snapshot import Snapshot
from jira_usage.ui import session, share_files, share_links, shared_view
from tests.builders import publish
from tests.pages.kept_site import a_session, a_site, enter
from tests.pages.reading import APP, run, words
from tests.reports.hostile import FORMULA, IMAGE, SCRIPT, hostile_company
from tests.reports.test_narrowed import BOTH, OPS, WEB, two_halves

NOTHING = shared_view.NOTHING
MONTH = 30 * links.DAY_MS


def now() -> int:
    return int(time.time() * 1000)


def halves() -> dict[str, Any]:
    """Seven people of Web and six of Ops, who acted in these days."""
    rows, shift = two_halves(), now() - 60_000 - 1_795_176_000_000
    return rows | {"acts": [{**one, "at": one["at"] + shift} for one in rows["acts"]]}


def keep_link(home: Path, scope: Scope, *, ago: int = 0) -> tuple[Any, str]:
    """A link to the site that is kept in a home, without having gone through the page."""
    link, secret = links.new_link(
        label="",
        scope=scope,
        days=30,
        timezone="UTC",
        count_created=False,
        frozen=False,
        made_by="Ada",
        now_ms=now() - ago,
        lasts_days=30,
    )
    links.keep(a_site(home), link)
    return link, secret


def open_link(secret: str, *, page: str = "shared", environment: bool = False) -> AppTest:
    """A new session with the link in its address, and no connection."""
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.switch_page(f"pages/{page}.py")
    if secret:
        app.query_params["link"] = secret
    app.run()
    assert not app.exception, app.exception
    return app


def people_in(app: AppTest) -> str:
    return str(next(one.value for one in app.metric if one.label == "People"))


def everything(app: AppTest) -> str:
    """All words, tables and charts of a page."""
    tables = " ".join(one.value.to_csv() for one in app.dataframe)
    charts = " ".join(one.proto.spec for one in app.get("plotly_chart"))
    return f"{words(app)} {tables} {charts}"


WHOLE = Scope()
PROJECT = Scope("projects", ("WEB",))


def test_a_link_is_made_listed_and_revoked_on_the_page(home: Path) -> None:
    app = run("share", home, **halves())
    app.text_input(key="share_label").set_value("Finance")
    next(one for one in app.button if one.label == "Create a link").click().run()
    assert not app.exception
    secret = str(app.get("code")[0].value).partition("link=")[2]
    assert NOTHING not in words(open_link(secret))
    assert secret not in repr(app.session_state)
    app.run()
    assert not app.get("code"), "a secret is shown once"
    listed = app.dataframe[0].value
    assert listed[["For", "Made by", "People"]].to_numpy().tolist() == [
        ["Finance", "Ada Byron", "By pseudonym"]
    ]
    assert listed["Last opened"].iloc[0] == "just now, 1 time in all"
    tick_first(app, home)
    app.button(key="share_revoke").click().run()
    assert NOTHING in words(open_link(secret)) and links.links_of(a_site(home)) == ()


def tick_first(app: AppTest, home: Path) -> None:
    """As a click on the box before the first link does."""
    key = share_links.table_key(links.links_of(a_site(home)))
    app.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()


def test_a_tick_never_moves_to_another_link(home: Path) -> None:
    app = run("share", home, **halves())
    link, _ = keep_link(home, WHOLE, ago=60_000)
    app.run()
    tick_first(app, home)
    assert app.button(key="share_revoke").label == "Revoke 1 link"
    newer, _ = keep_link(home, PROJECT)
    app.run()
    assert links.links_of(a_site(home)) == (newer, link), "a new row is the first"
    assert app.button(key="share_revoke").disabled


def test_files_are_not_made_by_looking_at_the_page(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError("nobody asked for a report")

    for name in ("build_report", "build_sheets", "to_html", "to_xlsx"):
        monkeypatch.setattr(f"jira_usage.ui.share_files.{name}", never)
    app = run("share", home, **halves())
    assert app.radio(key="share_people").value == "pseudonyms"
    assert "without naming anybody" in words(app)
    labels = [one.label for one in app.get("download_button")]
    assert labels == ["HTML", "Excel", "Users", "Licenses", "Access", "Daily", "Reclaim list"]


def test_a_link_says_of_when_it_is_in_words_with_the_zone(home: Path) -> None:
    publish(a_site(home), now=now() - 60_000, **halves())
    _, secret = keep_link(home, WHOLE)
    line = open_link(secret).caption[0].value.replace("\\", "")
    assert re.search(r"data as of [A-Z][a-z]+ \d+, \d{4}, \d\d:\d\d \(UTC\)$", line), line
    assert "://" not in line


def test_too_few_people_are_not_shared_without_names(home: Path) -> None:
    app = run("share", home)  # four people
    assert "Fewer than 5 people" in words(app)
    assert next(one for one in app.button if one.label == "Create a link").disabled
    assert not app.get("download_button")


@pytest.mark.parametrize("wrong", ["guessed", "expired", "revoked", "altered", "none", "long"])
def test_a_link_that_opens_nothing_says_one_neutral_sentence(home: Path, wrong: str) -> None:
    publish(a_site(home), now=now() - 60_000, **halves())
    link, secret = keep_link(home, WHOLE, ago=MONTH if wrong == "expired" else 0)
    if wrong == "revoked":
        links.revoke(a_site(home), {link.id})
    others = {"guessed": "A" * 43, "altered": secret[:20] + "-_" + secret[22:], "none": "",
              "long": "A" * 5_000}  # fmt: skip
    app = open_link(others.get(wrong, secret))
    assert [one.value for one in app.info] == [NOTHING]
    assert [one.type for one in app.main.children.values()] == ["info"]
    assert not app.sidebar.children


def test_a_link_shows_its_part_and_nothing_of_the_rest(home: Path) -> None:
    publish(a_site(home), now=now() - 60_000, **halves())
    told = everything(open_link(keep_link(home, PROJECT)[1]))
    assert all(f"Name Of {one}" in told for one in WEB)
    assert not [one for one in (*OPS, BOTH) if one in told] and "Operations" not in told


def test_the_numbers_of_a_link_are_those_of_the_report(home: Path) -> None:
    publish(a_site(home), now=now() - 60_000, **halves())
    app = open_link(keep_link(home, WHOLE)[1])
    snapshot = Snapshot.load(a_site(home))
    subject = subject_of(a_site(home), snapshot, snapshot.period(30, "UTC"))
    report = build_report(subject, Making("Ada", 0))
    assert app.title[0].value == report.answer
    assert {one.label: one.value for one in app.metric} == {
        tile.label: tile.value for tile in report.headlines
    }
    tables = [list(one.value.itertuples(index=False, name=None)) for one in app.dataframe]
    people = next(s.table for s in report.sections if s.key == "people")
    assert people and [tuple(row) for row in people.rows] in tables


def test_nothing_in_the_address_or_the_session_widens_a_link(home: Path) -> None:
    publish(a_site(home), now=now() - 60_000, **halves())
    _, secret = keep_link(home, PROJECT)
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.switch_page("pages/shared.py")
    more = {"part": "site", "scope": "site", "keys": "OPS", "projects": "OPS", "people": "names"}
    for name, value in ({"link": secret, "product": "any", "days": "180"} | more).items():
        app.query_params[name] = value
    for name, value in ({"share_part": "site", "share_people": "names"} | more).items():
        app.session_state[name] = value
    app.session_state["share_projects"] = ["OPS"]
    told = everything(app.run())
    assert not app.exception
    assert "Name Of web1" in told and not [one for one in (*OPS, BOTH) if one in told]


@pytest.mark.parametrize("page", ["overview", "users", "data", "connect", "share", "person"])
def test_a_session_that_opened_a_link_reaches_no_other_page(home: Path, page: str) -> None:
    publish(a_site(home), now=now() - 60_000, **halves())
    app = open_link(keep_link(home, PROJECT)[1])
    enter(app, a_session(home))  # even with a connection at hand
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    assert [one.value for one in app.title] == ["This page is not part of the link"]
    assert not (app.dataframe or app.metric or app.button or app.get("download_button"))


def test_a_session_that_tried_a_wrong_link_has_no_connection_of_the_server(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never() -> None:
        raise AssertionError("the server's token is not for links")

    publish(a_site(home), now=now() - 60_000, **halves())
    monkeypatch.setattr(session, "environment_is_set", lambda: True)
    monkeypatch.setattr(session, "connect_from_environment", never)
    app = open_link("A" * 43)
    app.switch_page("pages/overview.py").run()
    assert [one.value for one in app.title] == ["This page is not part of the link"]


def test_a_frozen_link_stays_as_it_was_and_others_follow(home: Path) -> None:
    app = run("share", home, **halves())
    secrets = []
    for frozen in (True, False):
        app.radio(key="share_frozen").set_value(frozen)
        next(one for one in app.button if one.label == "Create a link").click().run()
        secrets.append(str(app.get("code")[0].value).partition("link=")[2])
    before = [people_in(open_link(secret)) for secret in secrets]
    rows = halves()
    rows["users"] = [one for one in rows["users"] if one["account_id"] not in WEB]
    publish(a_site(home), now=now(), **rows)
    after = [people_in(open_link(secret)) for secret in secrets]
    assert before == ["14", "14"] and after == ["14", "7"]


def test_a_link_without_names_shows_pseudonyms_and_closes_when_too_few_are_left(
    home: Path,
) -> None:
    publish(a_site(home), now=now() - 60_000, **halves())
    _, secret = keep_link(home, Scope("groups", ("g-web",), "pseudonyms"))
    told = everything(open_link(secret))
    assert "Person " in told and "Name Of" not in told and "web1" not in told
    rows = halves()
    rows["members"] = [one for one in rows["members"] if one["account_id"] not in WEB[2:]]
    publish(a_site(home), now=now(), **rows)
    assert NOTHING in words(open_link(secret))


def test_hostile_names_do_nothing_on_the_page_of_a_link(home: Path) -> None:
    publish(a_site(home), now=now() - 60_000, **hostile_company(now() - 60_000))
    app = open_link(keep_link(home, Scope("products", ("jira-software",)))[1])
    spoken = words(app)
    assert IMAGE not in spoken and not re.search(r"(?<!\\)<(script|img)", spoken)
    names = [str(cell) for one in app.dataframe for cell in one.value.iloc[:, 0]]
    assert SCRIPT in names and IMAGE in names, "as they are, in tables, which are only text"
    assert FORMULA not in spoken


@pytest.mark.parametrize(
    ("here", "address"),
    [
        ("https://usage.acme.example/share", "https://usage.acme.example/shared?link=S"),
        ("https://acme.example/jira/share?x=1#y", "https://acme.example/jira/shared?link=S"),
        ("http://localhost:8501/", "http://localhost:8501/shared?link=S"),
    ],
)
def test_a_link_has_the_address_of_the_server(here: str, address: str) -> None:
    assert share_links.address(here, "S") == address


def test_every_file_can_be_made_in_a_thread_without_a_session(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Streamlit does it after a click."""
    made: dict[str, Callable[[], bytes]] = {}

    def keep(label: str, make: Callable[[], bytes], *_: str) -> None:
        made[label] = make

    monkeypatch.setattr(share_files, "button", keep)
    run("share", home, **halves())
    with ThreadPoolExecutor(1) as elsewhere:
        files = {label: elsewhere.submit(make).result() for label, make in made.items()}
    assert b"Made by" in files["HTML"] and b"Ada Byron" in files["HTML"]
    assert files["Excel"].startswith(b"PK")
    assert files["Users"].startswith(b"account_id,") and files["Users"].count(b"\n") == 15


def test_a_note_that_can_not_be_read_is_told_in_place_of_files(home: Path) -> None:
    a_site(home).change_note(terms.NOTE, lambda _: b"not json")
    app = run("share", home, **halves())
    assert [one.proto.title for one in app.error] and not app.get("download_button")
