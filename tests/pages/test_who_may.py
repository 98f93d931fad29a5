"""A team's server: every page asks who is looking, on every run, and denies in doubt."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from jira_usage import decisions, jobs
from jira_usage.errors import PermissionMissing
from jira_usage.proof import proof
from jira_usage.roles import Access, Standing
from jira_usage.ui import login, session
from tests.builders import company, publish, user
from tests.pages import kept_site

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
ADMIN, VIEWER = "ann@acme.example", "ben@acme.example"
LOGIN = """
[auth]
redirect_uri = "http://localhost:8501/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "jira-usage"
client_secret = "a-client-secret"
server_metadata_url = "http://localhost:9/.well-known/openid-configuration"
"""
ACCESS = """
[access]
administrators = ["ann@acme.example"]
viewers = ["ben@acme.example"]
purpose = "To plan licenses, ![x](https://evil.example/x) not to rate people."
"""
# What changes something, or leads to it.
CHANGES = {
    *("Refresh", "Sync now", "Sync again", "Try again", "Connect again", "Cancel", "Disconnect"),
    *(
        "Create a link",
        "Revoke",
        "Refresh now",
        "Save",
        "Check a sample",
        "Forget this site's data",
        "Forget these dates",
    ),
    *("Test and connect", "Explore the demo site", "Back to 30, 60, 90 and 30", "Use these dates"),
}


@pytest.fixture(autouse=True)
def settings_file(home: Path) -> Path:
    """The settings of a team's server, with a snapshot that its own connection has made."""
    path = home.with_suffix(".toml")
    jira = f'[jira]\nsite = "{kept_site.NOWHERE}"\nemail = "{kept_site.EMAIL}"\n'
    path.write_text(f'{jira}api_token = "{kept_site.TOKEN}"\n{LOGIN}{ACCESS}')
    return path


@pytest.fixture(autouse=True)
def synced(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIRA_USAGE_ALLOWED_HOSTS", kept_site.NOWHERE.split("//")[1])
    kept_site.keep_snapshot(kept_site.a_site(home), site_url=kept_site.NOWHERE)


def claims(email: str = VIEWER, **changes: Any) -> dict[str, Any]:
    told = {"is_logged_in": True, "email": email, "email_verified": True, "iat": time.time() - 9}
    return {**told, **changes}


def visit(page: str, user: dict[str, Any], signed: session.Session | None = None) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    app.user = user
    if signed:
        kept_site.enter(app, signed)
    if page != "overview":
        app.switch_page(f"pages/{page}.py")
    return app.run()


def words(app: AppTest) -> str:
    kinds = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error")
    return "\n".join(str(one.value) for kind in kinds for one in getattr(app, kind))


def labels(app: AppTest) -> set[str]:
    return {button.label for button in app.button}


def assert_shut(app: AppTest) -> None:
    """No data, no site, no button but those of the login."""
    assert not app.exception
    assert not app.dataframe and not app.metric and not app.table
    assert "Ada" not in words(app) and "acme.atlassian" not in words(app)
    assert "Data as of" not in words(app)
    assert labels(app) <= {"Log in", "Log out"}


STRANGERS = {
    "logged out": {"is_logged_in": False},
    "nothing known": {},
    "unverified": claims(email_verified=False),
    "foreign domain": claims("ben@evil.example"),
    "yesterday": claims(iat=time.time() - 86_400),
}


@pytest.mark.parametrize("page", PAGES)
def test_no_page_opens_for_a_stranger(page: str) -> None:
    assert_shut(visit(page, STRANGERS["logged out"]))


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_is_told_why(who: str, settings_file: Path, home: Path) -> None:
    """And sees nothing, even where this browser was connected before."""
    app = visit("data", STRANGERS[who], kept_site.a_session(home))
    assert_shut(app)
    access = Access.parse(tomllib.loads(settings_file.read_text()))
    assert login.WORDS[access.standing(STRANGERS[who], time.time())] in words(app)


FOR_ADMINISTRATORS = ("connect", "share")
# What a link shows asks for no login: tests of links say whom it opens for.
FOR_VIEWERS = [page for page in PAGES if page not in (*FOR_ADMINISTRATORS, "shared")]


@pytest.mark.parametrize("page", FOR_VIEWERS)
def test_a_viewer_sees_every_page_and_can_change_nothing(page: str) -> None:
    app = visit(page, claims())
    assert not app.exception
    assert "Data as of" in words(app)
    assert not labels(app) & CHANGES
    assert not app.get("file_uploader")
    assert "To plan licenses" in words(app) and "![x]" not in words(app)
    assert kept_site.TOKEN not in words(app) + str(app.session_state)


@pytest.fixture(params=["pseudonyms", "none"])
def nameless(request: pytest.FixtureRequest, settings_file: Path, home: Path) -> set[str]:
    """A server that shows its viewers no names, and the names it has."""
    told = settings_file.read_text().replace(
        "viewers =", f'viewers_see = "{request.param}"\nviewers ='
    )
    settings_file.write_text(told)
    rows = company(now=kept_site.now_ms() - 60_000)
    rows["users"] += [user(f"eve-{n}", name=f"Eve Nr. {n}") for n in range(6)]
    site = kept_site.a_site(home)
    publish(site, now=kept_site.now_ms() - 60_000, **rows)
    made = site.current()
    assert made
    admits = proof(kept_site.EMAIL, kept_site.TOKEN)
    site.publish(replace(made, meta={**made.meta, "site_url": kept_site.NOWHERE, "admits": admits}))
    people = [one for one in rows["users"] if one["account_type"] == "atlassian"]
    return {one["display_name"] for one in people} | {one["email"] for one in people} - {""}


def test_where_viewers_see_no_names_they_see_one_report_without_them(nameless: set[str]) -> None:
    app = visit("overview", claims())
    assert not app.exception and app.metric and app.dataframe
    sent = words(app) + "".join(table.value.to_string() for table in app.dataframe)
    assert not [name for name in nameless if name in sent + str(app.session_state)]
    assert "To plan licenses" in sent and not labels(app) & CHANGES
    named = visit("users", claims(ADMIN))
    assert any("Ann Ames" in table.value.to_string() for table in named.dataframe)


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ("overview", "shared")])
def test_where_viewers_see_no_names_no_other_page_opens(nameless: set[str], page: str) -> None:
    app = visit(page, claims())
    app.query_params["person"] = "ann"
    app.run()
    assert not app.exception
    assert not app.dataframe and not app.metric and not app.table
    assert not [name for name in nameless if name in words(app)]
    assert not labels(app) & CHANGES


@pytest.mark.parametrize("page", FOR_ADMINISTRATORS)
def test_a_viewer_neither_connects_nor_shares(page: str) -> None:
    app = visit(page, claims())
    assert not app.exception and not app.text_input
    assert not labels(app) & CHANGES


def test_a_page_for_administrators_says_so_to_who_was_one(settings_file: Path) -> None:
    app = visit("share", claims(ADMIN))
    assert "Create a link" in labels(app)
    lists = settings_file.read_text().replace(ADMIN, "x@acme.example").replace(VIEWER, ADMIN)
    settings_file.write_text(lists)
    app.run()
    assert not app.exception and not labels(app) & CHANGES


def test_an_administrator_has_it_all() -> None:
    app = visit("data", claims(ADMIN))
    assert not app.exception and app.metric
    assert {"Refresh", "Check a sample", "Forget this site's data"} <= labels(app)
    assert "everybody on its list sees it" in words(app)
    assert any(field.label == "API token" for field in visit("connect", claims(ADMIN)).text_input)


def test_whoever_is_taken_off_the_list_is_out_on_the_next_run(settings_file: Path) -> None:
    app = visit("users", claims())
    assert app.dataframe
    settings_file.write_text(settings_file.read_text().replace(f'viewers = ["{VIEWER}"]', ""))
    app.run()
    assert_shut(app)
    assert login.WORDS[Standing.NOT_LISTED] in words(app)


@pytest.fixture
def no_jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    started: list[Any] = []
    monkeypatch.setattr(jobs, "start_sync", lambda *a, **k: started.append(a))
    monkeypatch.setattr(jobs, "start_check", lambda *a, **k: started.append(a))
    yield started


@pytest.mark.parametrize("key", ["sync_start", "verify_start"])
@pytest.mark.parametrize("then", ["viewer", "nobody"])
def test_an_old_button_does_nothing_for_who_is_no_administrator_any_more(
    settings_file: Path, no_jobs: list[Any], key: str, then: str
) -> None:
    app = visit("data", claims(ADMIN))
    told = settings_file.read_text().replace(f'administrators = ["{ADMIN}"]', "")
    if then == "viewer":
        told = told.replace(f'viewers = ["{VIEWER}"]', f'viewers = ["{ADMIN}"]')
    settings_file.write_text(told)
    app.button(key=key).click().run()
    assert not no_jobs
    assert not labels(app) & CHANGES
    assert ("Data as of" in words(app)) is (then == "viewer")


def test_an_old_form_saves_nothing_for_who_is_no_administrator_any_more(
    settings_file: Path, home: Path
) -> None:
    app = visit("reclaim", claims(ADMIN))
    app.number_input(key="threshold_working").set_value(20).run()
    settings_file.write_text(settings_file.read_text().replace(ADMIN, "eve@acme.example"))
    app.button(key="threshold_save").click().run()
    assert_shut(app)
    assert decisions.noted(kept_site.a_site(home)).thresholds.working == 30


def test_what_is_kept_asks_before_it_changes_or_goes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever page forgets to ask: no run, no administrator."""
    guarded = kept_site.a_site(home).guarded(login.require_administrator)
    with pytest.raises(PermissionMissing):
        decisions.set_thresholds(guarded, decisions.Thresholds(working=20))
    with pytest.raises(PermissionMissing):
        guarded.drop_note("links")
    with pytest.raises(PermissionMissing):
        guarded.forget()
    assert guarded.current() is not None


def test_who_was_an_administrator_sees_only_the_server_s_site_as_a_viewer(
    settings_file: Path, home: Path
) -> None:
    own = kept_site.a_session(home, account="Eve of another site")
    app = visit("data", claims(ADMIN), own)
    assert "Eve of another site" in words(app)
    swapped = settings_file.read_text().replace(ADMIN, "x@acme.example").replace(VIEWER, ADMIN)
    settings_file.write_text(swapped)
    app.run()
    assert "Data as of" in words(app) and "Eve" not in words(app)


@pytest.mark.parametrize("broken", ["not toml [", "open to others", "gone", "emptied", "no auth"])
def test_settings_that_can_t_be_relied_on_shut_the_app(settings_file: Path, broken: str) -> None:
    app = visit("data", claims(ADMIN))
    if broken == "gone":
        settings_file.unlink()
    elif broken == "open to others":
        settings_file.chmod(0o644)
    else:
        settings_file.write_text({"emptied": "", "no auth": ACCESS}.get(broken, broken))
    app.run()
    assert_shut(app)
    assert "not open" in app.title[0].value
    assert kept_site.TOKEN not in words(app)


@pytest.fixture
def alone(settings_file: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of one person, without a login."""
    other = settings_file.with_name("alone.toml")
    other.touch(mode=0o600)
    monkeypatch.setenv("JIRA_USAGE_SETTINGS", str(other))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("server.address", "0.0.0.0"),
        ("server.address", None),
        ("server.address", "192.168.1.7"),
        ("server.allowedHosts", ["usage.acme.example"]),
        ("server.allowedHosts", []),
    ],
)
def test_without_a_login_the_app_opens_on_this_machine_only(
    alone: None, home: Path, option: str, value: Any
) -> None:
    assert config.get_option("server.address") == "127.0.0.1"
    before = config.get_option(option)
    try:
        config.set_option(option, value)
        app = visit("connect", {}, kept_site.a_session(home))
    finally:
        config.set_option(option, before)
    assert_shut(app)
    assert "[auth] and [access]" in words(app).replace("\\", "")


def test_without_a_login_no_proxy_passes_the_app_on(
    alone: None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "_headers", lambda: {"X-Forwarded-For": "203.0.113.9"})
    app = visit("data", {}, kept_site.a_session(home))
    assert_shut(app)
    assert "proxy" in words(app)


def test_who_comes_through_a_proxy_is_not_told_what_is_wrong_with_the_settings(
    settings_file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(login, "_headers", lambda: {"X-Forwarded-For": "203.0.113.9"})
    settings_file.chmod(0o644)
    app = visit("overview", claims())
    assert_shut(app)
    assert str(settings_file) not in words(app).replace("\\", "")
    assert str(settings_file) in caplog.text


def test_what_redraws_itself_asks_again_who_is_looking(
    settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part of a page that moves by itself never passes the gate: it starts the page anew."""
    again: list[bool] = []
    monkeypatch.setattr("streamlit.rerun", lambda: again.append(True))
    monkeypatch.setattr("streamlit.session_state", {login.SEEN: Standing.VIEWER})
    for now, starts in (("VIEWER", 0), ("NOT_LISTED", 1), ("ADMINISTRATOR", 2)):
        monkeypatch.setattr(login, "standing", lambda now=now: Standing[now])
        login.recheck()
        assert len(again) == starts


def test_a_page_asks_once_who_is_looking_and_what_changes_something_asks_at_that_instant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Standing] = []
    now = [Standing.ADMINISTRATOR]

    def standing() -> Standing:
        asked.append(now[0])
        return now[0]

    monkeypatch.setattr(login, "_standing", standing)
    with login.one_moment():
        assert login.is_administrator() and not login.is_viewer() and login.is_admitted()
        assert len(asked) == 1
        now[0] = Standing.VIEWER
        with pytest.raises(PermissionMissing):
            login.require_administrator()
    assert login.is_viewer()
