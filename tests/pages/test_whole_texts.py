"""Texts of the app's own are shown whole; a name that is too long ends in “…”."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from jira_usage.errors import AuthenticationFailed, InvalidInput
from jira_usage.ui.errors import sentences
from jira_usage.ui.login import OPEN_FURTHER
from jira_usage.ui.text import LONGEST_NAME, safe, safe_name, short
from tests.pages.reading import run, words

LONG = "A sentence with many words. " * 30 + "This is its end."


def test_an_error_is_told_to_its_last_word() -> None:
    told = sentences(InvalidInput("No login is set up.", OPEN_FURTHER)).replace("\\", "")
    assert told.endswith(OPEN_FURTHER)
    assert sentences(AuthenticationFailed(LONG)).replace("\\", "") == LONG


def test_a_card_tells_all_that_stands_under_its_heading() -> None:
    def page() -> None:
        from jira_usage.ui import cards
        from tests.pages.test_whole_texts import LONG

        with cards.card("How they stand", LONG):
            pass

    app = AppTest.from_function(page).run()
    assert not app.exception and [one.value.replace("\\", "") for one in app.caption] == [LONG]


def test_the_overview_says_to_the_end_of_whom_it_can_not_tell(tmp_path: Path) -> None:
    app = run("overview", tmp_path, refused={"issues": "None can be browsed."}, acts=[])
    told = words(app).replace("\\", "")
    assert "it can't be told" in told and "reading leaves no trace." in told


def test_a_name_is_cut_at_its_longest_and_says_so() -> None:
    assert short("Ann") == safe_name("Ann") == "Ann"
    whole = "n" * LONGEST_NAME
    assert short(whole) == whole and short(whole + "n") == whole[:-1] + "…"
    assert len(short("a b" * 1000)) <= LONGEST_NAME
    assert safe_name("*" * 1000) == safe("*" * (LONGEST_NAME - 1)) + "…"
