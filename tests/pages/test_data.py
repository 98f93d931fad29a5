"""The data page: what was synced, how complete it is, how long it is kept, how to be rid of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jira_usage import jobs
from jira_usage.metrics.tiles import UNKNOWN
from jira_usage.metrics.words import date_words
from jira_usage.retention import Retention, retention
from jira_usage.snapshot import Snapshot
from jira_usage.ui.text import local_time
from tests.pages import kept_site
from tests.pages.kept_site import Open
from tests.pages.reading import run


def test_it_says_when_by_whom_and_with_how_many_requests(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    app = open_page("data", signed)
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Requests to Jira"] == "57" and shown["Took"] == "12 s"
    assert shown["Read"] == "In full" and shown["Comments"] == "2"
    facts = app.table[0].value.to_string()
    assert "Ada Byron" in facts and "Europe/Berlin" in facts


def test_what_could_not_be_read_comes_first_with_its_consequence(
    open_page: Open, home: Path
) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept, refused=("licenses",))
    app = open_page("data", signed)
    coverage = app.table[1].value
    assert "Licenses" in coverage.iloc[0, 1] and "Not permitted" in coverage.iloc[0, 0]
    assert "no" in coverage.iloc[0, 2] and "unknown" in coverage.iloc[0, 2]
    assert any("1 of 11 are not complete" in one.value for one in app.markdown)


def test_a_remark_on_what_is_complete_is_told(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept, remarks={"projects": "3 issues can't be seen."})
    app = open_page("data", signed)
    coverage = app.table[1].value
    assert "Projects" in coverage.iloc[0, 1] and "Complete" in coverage.iloc[0, 0]
    assert "3 issues can't be seen" in coverage.iloc[0, 2]
    assert any("except for what 1 remark says" in one.value for one in app.markdown)


def test_after_a_later_sync_it_says_which_numbers_are_of_that_sync_alone(
    open_page: Open, home: Path
) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    first = [one.value for one in open_page("data", signed).caption]
    kept_site.keep_snapshot(signed.kept, mode="later")
    later = open_page("data", signed)
    assert [one.value for one in later.caption if "of the last sync alone" in one.value]
    assert not [one for one in first if "of the last sync alone" in one]
    assert "Accounts listed" in [one.label for one in later.metric]


def test_what_the_last_sync_could_not_read_is_unknown_and_not_zero(
    open_page: Open, home: Path
) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept, mode="later", refused=("users", "work logs"))
    app = open_page("data", signed)
    told = {one.label: one.value for one in app.metric}
    assert (told["Accounts listed"], told["Work logs"]) == (UNKNOWN, UNKNOWN)
    assert UNKNOWN not in (told["Issues"], told["Comments"], told["Acts read"])
    assert any("Accounts could not be read" in one.value for one in app.caption)


def test_all_that_is_kept_is_told_before_what_the_last_sync_read(home: Path) -> None:
    """Each of the company's acts is told once; the sync read one twice, and none was new."""
    read = {"mode": "later", "acts": 10, "new_acts": 0}
    app = run("data", home, meta=read)
    snapshot = Snapshot.load(kept_site.a_site(home))
    first = date_words(local_time(int(snapshot.tally["at"].min()), "UTC").date())
    assert f"**Kept:** 9 acts on 1 issue since {first}." in [one.value for one in app.markdown]
    shown = texts(app)
    kept = next(n for n, (_, one) in enumerate(shown) if one.startswith("**Kept:** 9"))
    assert "of the last sync alone" in shown[kept + 1][1]
    assert shown[kept + 2] == ("metric", "Accounts listed")
    acts = next(one for one in app.metric if one.label == "Acts read")
    assert acts.value == "10" and "read twice and kept once" in acts.help
    assert [one.value for one in app.caption if one.value.startswith("0 acts new in that sync")]


def test_where_nothing_is_kept_that_is_said(home: Path) -> None:
    assert "**Kept:** no acts." in [one.value for one in run("data", home, empty=True).markdown]


def texts(app: Any) -> list[tuple[str, str]]:
    """What a page says, from top to bottom: the kind of each element, and its text or label."""
    told = []

    def walk(block: Any) -> None:
        for one in block.children.values():
            if hasattr(one, "children"):
                walk(one)
            elif one.type in ("markdown", "caption", "metric"):
                told.append((one.type, one.label if one.type == "metric" else one.value))

    walk(app.main)
    return told


def test_the_start_of_what_is_known_is_one_phrase(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    facts = " ".join(open_page("data", signed).table[0].value.iloc[:, 1])
    assert ", the first whole day: acts are read from " in facts


def test_forgetting_asks_first_and_then_leaves_nothing(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    app = open_page("data", signed)
    app.button(key="forget").click().run()
    assert signed.kept.exists
    app.button(key="forget").click()  # AppTest runs the whole page, not only the dialog
    app.button(key="forget_yes").click().run()
    assert not app.exception
    assert not signed.kept.folder.exists()
    assert "Sync now" in {button.label for button in app.button}
    assert jobs.latest(signed.job_key) is None


def test_while_another_process_syncs_nothing_is_forgotten_and_the_page_says_so(
    open_page: Open, home: Path
) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    app = open_page("data", signed)
    app.button(key="forget").click().run()
    app.button(key="forget").click()
    with signed.kept.writing():
        app.button(key="forget_yes").click().run()
    assert not app.exception
    assert "so nothing was deleted" in app.error[0].value and signed.kept.current()


# --- the line under the other pages


@pytest.mark.parametrize(
    ("kept", "line", "linked"),
    [
        ({}, "everything could be read", False),
        (
            {"remarks": {"projects": "3 are hidden.", "issues": "1 went."}},
            "· everything read, with 2 remarks",
            True,
        ),
        ({"remarks": {"issues": "1 went."}}, "· everything read, with 1 remark", True),
        ({"refused": ("licenses",)}, "not complete: licenses", True),
        (
            {"refused": ("licenses",), "remarks": {"issues": "1 went."}},
            "· not complete: licenses",
            True,
        ),
    ],
)
def test_the_line_under_the_pages_says_what_was_remarked_and_leads_here(
    open_page: Open, home: Path, kept: dict[str, Any], line: str, linked: bool
) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept, **kept)
    app = open_page("activity", signed)
    [told] = [one.value for one in app.caption if "data as of" in one.value]
    assert told.endswith(line)
    assert line in app.caption[0].value, "the header says no more than the line below"
    links = [one.proto.label for one in app.get("page_link")]
    assert ("What that means" in links) == linked


# --- how long it is kept


def test_how_long_data_is_kept_is_said_and_can_be_set(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept, left_out=2)
    app = open_page("data", signed)
    told = [one.value for one in app.markdown]
    assert any(one.startswith("Acts are kept for 400 days") for one in told)
    assert any("2 accounts are left out for that reason" in one for one in told)
    assert app.button(key="retention_save").disabled
    app.number_input(key="retention_acts").set_value(120).run()
    app.toggle(key="retention_sooner").set_value(True).run()
    app.number_input(key="retention_left").set_value(60).run()
    app.button(key="retention_save").click().run()
    assert not app.exception
    assert retention(signed.kept) == Retention(120, 60)
    assert app.button(key="retention_save").disabled
    app.number_input(key="retention_acts").set_value(45).run()
    assert not app.exception, "fewer days than those for people who left"


def test_an_agreement_that_can_not_be_read_can_be_set_anew(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    signed.kept.change_note("retention", lambda _: b"{")
    app = open_page("data", signed)
    assert not app.exception and app.error
    app.button(key="retention_save").click().run()
    assert retention(signed.kept) == Retention() and not app.error


def test_every_number_of_the_last_sync_says_what_it_is(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    app = open_page("data", signed)
    assert app.metric and [one.label for one in app.metric if not one.help] == []
