"""Every download of every page and of a link, clicked in a real browser: each is what it says."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace

import openpyxl
import pyarrow as pa
import pytest
from playwright.sync_api import expect

from jira_usage import terms
from jira_usage.datasets import DATASETS
from jira_usage.generation import Generation
from jira_usage.store import SiteStore
from jira_usage.tally import NEEDED, tally
from tests.browser.driving import Server, Visit, Visitor, running_server

pytestmark = pytest.mark.browser
DOWNLOADS = "[data-testid=stDownloadButton]"
BUTTONS = f"{DOWNLOADS} button:visible"
"""Streamlit hides another one beside each, for its tooltip."""
NO_FILES = ("Overview", "Licenses", "Renewal", "Changes", "Activity", "Data", "Connect")
USERS_HEAD = DATASETS["users"].names
# Whose license, and what is known of it: with the columns of decisions a list to fill in.
RECLAIM_HEAD = ["account_id", "display_name", "email", "product_key", "decision", "expires_on"]
DIFFERENCES_HEAD = ["side", "kind", "at", "issue_key", "account_id", "display_name", "source_id"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: what it keeps is changed here, and damaged in the end."""
    with running_server(tmp_path_factory.mktemp("downloads")) as running:
        yield running


def downloads(visitor: Visitor) -> dict[str, bytes]:
    """Clicks every download button of a page; the files by their names."""
    page = visitor.page
    for folded in page.get_by_test_id("stExpander").filter(has=page.locator(DOWNLOADS)).all():
        if folded.locator("details[open]").count() == 0:
            folded.locator("summary").click()
    expect(page.locator(BUTTONS)).to_have_count(page.locator(DOWNLOADS).count())
    files = {}
    for button in page.locator(BUTTONS).all():
        with page.expect_download(timeout=60_000) as told:
            button.click()
        files[told.value.suggested_filename] = told.value.path().read_bytes()
    expect(page.get_by_test_id("stDownloadButtonError")).to_have_count(0)
    assert len(files) == page.locator(DOWNLOADS).count(), "each file has a name of its own"
    return files


def undated(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {re.sub(r"-\d{4}-\d\d-\d\d", "", name): file for name, file in files.items()}


def assert_table(file: bytes, *head: str) -> None:
    rows = list(csv.reader(io.StringIO(file.decode("utf-8-sig"))))
    assert [name for name in rows[0] if name in head] == list(head)
    assert len(rows) > 1 and all(len(row) == len(rows[0]) for row in rows)


def assert_workbook(file: bytes, sheet: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(file), read_only=True)
    assert len(book.sheetnames) > 1 and sheet in book.sheetnames
    assert len(list(book[sheet].iter_rows(max_row=2))) == 2, "a head and a row"


def assert_report(file: bytes) -> None:
    text = file.decode()
    assert text.startswith("<!doctype html>") and "</html>" in text
    assert re.search(r"<h1[^>]*>[^<]*licensed people worked in the last 30 days", text)


def the_site(server: Server) -> SiteStore:
    """What the server keeps of the demo, which is all it has synced."""
    [folder] = {found.parent for found in server.home.rglob("cache.db")}
    return SiteStore(folder)


def with_fewer_acts(kept: SiteStore, whole: Generation) -> Generation:
    """A generation that has lost every other day, in its acts and in its figures alike."""
    acts = dict(list(whole.tables["acts"].items())[::2])
    users, issues, worklogs = (
        pa.concat_tables(kept.load_tables(whole.tables[name].values()))
        for name in ("users", "issues", "worklog_events")
    )
    events = [*kept.load_tables(acts.values()), worklogs.rename_columns({"kind": "act"})]
    counted = tally([one.select(NEEDED) for one in events], users, issues)
    tables = {**whole.tables, "acts": acts, "tally": {"": kept.save_table(counted)}}
    return replace(whole, id="fewer", tables=tables)


def test_the_files_of_every_page(explorer: Visitor) -> None:
    for title in NO_FILES:
        explorer.go(title)
        assert explorer.page.locator(DOWNLOADS).count() == 0, f"{title}: test its files here"

    explorer.go("Users")
    files = undated(downloads(explorer))
    assert files.keys() == {"jira-users.csv", "jira-users.xlsx"}
    assert_table(files["jira-users.csv"], *USERS_HEAD)
    assert_workbook(files["jira-users.xlsx"], "Users")

    explorer.go("Reclaim")
    files = undated(downloads(explorer))
    assert files.keys() == {"jira-reclaim.csv", "jira-reclaim.xlsx"}
    assert_table(files["jira-reclaim.csv"], *RECLAIM_HEAD)
    assert_workbook(files["jira-reclaim.xlsx"], "Reclaim")


@pytest.mark.parametrize("people", ["By pseudonym", "By name", "Left out"])
def test_the_files_of_share_and_of_its_link(explorer: Visitor, visit: Visit, people: str) -> None:
    explorer.go("Share")
    page = explorer.page
    page.get_by_test_id("stRadio").get_by_text(people, exact=True).click()
    explorer.settle()
    files = undated(downloads(explorer))
    heads = {name: DATASETS[name].names for name in ("licenses", "daily")}
    heads |= {"renewal": ["product_key", "bought", "needed", "saved_monthly", "renews_on"]}
    if people != "Left out":
        heads |= {name: ["account_id", "product_key"] for name in ("access", "reclaim")}
        heads |= {"users": ["account_id", "display_name", "licenses", "actions"]}
    assert files.keys() == {
        *("jira-usage.html", "jira-usage.xlsx"),
        *(f"jira-usage-{name}.csv" for name in heads),
    }
    assert_report(files["jira-usage.html"])
    assert_workbook(files["jira-usage.xlsx"], "Licenses")
    for name, head in heads.items():
        assert_table(files[f"jira-usage-{name}.csv"], *head)

    page.get_by_role("button", name="Create a link").click()
    address = page.get_by_test_id("stCode").inner_text().strip()
    guest = visit()
    guest.page.goto(address)
    guest.page.get_by_role("heading", name="About this view").wait_for()
    guest.settle()
    files = downloads(guest)
    assert files.keys() == {"jira-usage.html"}
    assert_report(files["jira-usage.html"])


def test_the_differences_that_a_check_found(explorer: Visitor, server: Server) -> None:
    kept = the_site(server)
    whole = kept.current()
    assert whole is not None
    kept.publish(with_fewer_acts(kept, whole))
    explorer.go("Data")
    page = explorer.page
    page.get_by_test_id("stRadio").get_by_text("50", exact=True).click()
    explorer.settle()
    page.get_by_role("button", name="Check a sample").click()
    page.locator(BUTTONS).wait_for(timeout=120_000)
    explorer.settle()
    files = downloads(explorer)
    kept.publish(replace(whole, id="whole"))
    assert files.keys() == {"jira-differences.csv"}
    assert_table(files["jira-differences.csv"], *DIFFERENCES_HEAD)


def test_a_note_that_can_not_be_read_is_saved_as_it_is(explorer: Visitor, server: Server) -> None:
    kept = the_site(server)
    noted = kept.note(terms.NOTE) or b""
    kept.change_note(terms.NOTE, lambda _: b"{broken")
    explorer.go("Renewal")
    assert downloads(explorer) == {"jira-renewal-note.txt": b"{broken"}
    explorer.go("Share")
    expect(explorer.page.get_by_test_id("stAlert")).to_contain_text("can't be read")
    assert explorer.page.locator(DOWNLOADS).count() == 0
    kept.change_note(terms.NOTE, lambda _: noted)


def test_a_file_that_can_not_be_made_is_told_beside_its_button(
    explorer: Visitor, server: Server
) -> None:
    explorer.go("Share")
    kept = the_site(server)
    shutil.rmtree(kept.folder)
    kept.folder.touch()
    explorer.page.locator(BUTTONS).first.click()
    error = explorer.page.get_by_test_id("stDownloadButtonError")
    error.wait_for()
    assert "Failed" in error.inner_text()
