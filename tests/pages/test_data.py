"""The data page: what was synced, how complete it is, and how to get rid of it."""

from __future__ import annotations

from pathlib import Path

import kept_site

from jira_usage import jobs


def test_it_says_when_by_whom_and_with_how_many_requests(open_page, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    app = open_page("data", signed)
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Requests to Jira"] == "57" and shown["Took"] == "12 s"
    assert shown["Read"] == "Everything" and shown["Comments"] == "2"
    facts = app.table[0].value.to_string()
    assert "Ada Byron" in facts and "Europe/Berlin" in facts


def test_what_could_not_be_read_comes_first_with_its_consequence(open_page, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept, refused=("licenses",))
    app = open_page("data", signed)
    coverage = app.table[1].value
    assert "Licenses" in coverage.iloc[0, 1] and "Not permitted" in coverage.iloc[0, 0]
    assert "no" in coverage.iloc[0, 2] and "unknown" in coverage.iloc[0, 2]
    assert any("1 of 11 are not complete" in one.value for one in app.markdown)


def test_a_remark_on_what_is_complete_is_told(open_page, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept, remarks={"projects": "3 issues can't be seen."})
    app = open_page("data", signed)
    coverage = app.table[1].value
    assert "Projects" in coverage.iloc[0, 1] and "Complete" in coverage.iloc[0, 0]
    assert "3 issues can't be seen" in coverage.iloc[0, 2]
    assert any("with 1 remark" in one.value for one in app.markdown)


def test_forgetting_asks_first_and_then_leaves_nothing(open_page, home: Path) -> None:
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
