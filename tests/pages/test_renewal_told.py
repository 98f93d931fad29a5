"""The renewal in a report: the numbers of the page, and a link shows them too."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from jira_usage.reports import subject_of
from jira_usage.scope import Scope
from jira_usage.snapshot import Snapshot
from jira_usage.terms import Buffer, Price, ProductTerms, Step, Terms, change_terms
from tests.builders import publish
from tests.pages.kept_site import a_site
from tests.pages.reading import metrics, run, words
from tests.pages.test_share import halves, keep_link, open_link
from tests.reports.test_renewal_section import DESK, JIRA, TOLD, section

D = Decimal


def test_the_numbers_are_those_of_the_page_renewal(tmp_path: Path) -> None:
    renews_on = datetime.now(UTC).date() + timedelta(days=60)
    flat = ProductTerms(80, Price.flat(D("7.91")), "annual", renews_on)
    tiers = ProductTerms(57, Price("tiers", (Step(50, D(20)), Step(100, D(18)))), "annual")
    said = Terms({JIRA: flat, DESK: tiers}, buffer=Buffer(3, "seats"))
    change_terms(a_site(tmp_path), lambda _: said)
    app = run("renewal", tmp_path, **halves(), covered_days=100)
    snapshot = Snapshot.load(a_site(tmp_path))
    told = section(subject_of(a_site(tmp_path), snapshot, snapshot.period(30, "UTC")))
    assert told and told.table
    glance = app.dataframe[0].value.set_index("product")
    shown, numbers = words(app).replace("\\", ""), metrics(app)
    for row in told.table.rows:
        name, bought, needed, reserve, _, _, _, month, year, _ = row
        assert glance.loc[name, ["bought", "renew"]].tolist() == [bought, needed]
        assert f"{needed} seats are needed: {int(needed or 0) - 3} for people and 3" in shown
        assert reserve == 3
        assert (
            f"for {needed} instead of {bought} would save {month} a month, {year} a year" in shown
        )
    month, year = (numbers[f"Would save a {one}"].replace("\\", "") for one in ("month", "year"))
    assert told.title.endswith(f"would save {month} a month, {year} a year")
    assert f"Cost a month: {numbers['Cost now, a month']} now".replace("\\", "") in told.more
    day = f"{renews_on:%b} {renews_on.day}, {renews_on.year}"
    assert told.table.rows[0][-1] == day and f"the renewal on {day}" in shown
    short = "of the 90 days that verdicts look back"
    assert (short in told.note) == (short in shown)


def test_a_link_shows_it_and_follows_what_is_told_later(home: Path) -> None:
    kept = a_site(home)
    publish(kept, now=int(time.time() * 1000) - 60_000, **halves())
    _, secret = keep_link(home, Scope(people="pseudonyms"))
    _, other = keep_link(home, Scope("projects", ("WEB",)))
    assert "Renewing" not in words(open_link(secret))
    change_terms(kept, lambda _: replace(TOLD, currency="$x$"))
    app = open_link(secret)
    heads = [one.value for one in app.header]
    assert any(one.startswith("Renewing for what is needed would save") for one in heads)
    assert not any(" $x$" in one for one in heads), "a label is no formula"
    assert any("80" in one.value.to_csv() and "Bought" in one.value for one in app.dataframe)
    assert any("entered by hand" in one.value and "by hand, or of" in one.value
               for one in app.caption), "the note is whole"  # fmt: skip
    assert "Renewing" not in words(open_link(other))
