"""The renewal page: no money without the person's own prices, then the answer first."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from jira_usage import decisions
from jira_usage.decisions import KEEP, Decision
from jira_usage.period import DAY_MS
from jira_usage.seen import LastSeen, load_last_seen, save_last_seen
from jira_usage.terms import (
    NOTE,
    Price,
    ProductTerms,
    Step,
    Terms,
    change_terms,
    terms_of,
)
from tests.builders import act, company, members, product
from tests.pages.kept_site import Open, a_session, a_site
from tests.pages.reading import HOSTILE, metrics, run, walk, words

D = Decimal
JIRA = "jira-software"
TIERS = Price("tiers", (Step(50, D("7.50")), Step(100, D(7))))


def told(home: Path, change: Callable[[Terms], Terms]) -> None:
    change_terms(a_site(home), change)


def flat(bought: int = 80) -> Callable[[Terms], Terms]:
    return lambda t: t.having(JIRA, ProductTerms(bought, Price.flat(D("7.91"))))


def query_strings(app: AppTest) -> dict[str, str]:
    return {link.label: link.proto.query_string for link in app.get("page_link")}


def test_empty_site(tmp_path: Path) -> None:
    app = run("renewal", tmp_path, empty=True)
    assert "Nobody holds a license" in words(app) and not app.metric


def test_no_money_is_shown_before_prices_and_seats_are_told(tmp_path: Path) -> None:
    app = run("renewal", tmp_path)
    shown = words(app)
    assert "No money is shown: the price and the number of bought seats are missing." in shown
    assert "USD" not in shown and not app.get("plotly_chart")
    numbers = {one.label: one.value for one in app.metric[:4]}
    assert numbers == {"People": "2", "Seats by Jira": "10", "Bought": "unknown", "Needed": "1"}
    assert terms_of(a_site(tmp_path)) == Terms()


def test_every_number_of_people_leads_to_them(tmp_path: Path) -> None:
    links = query_strings(run("renewal", tmp_path))
    assert links["2 people"] == "product=jira-software"
    assert links["1 could be given back"] == (
        "product=jira-software&confidence=high&confidence=medium&confidence=low"
        "&decision=open&decision=release&decision=expired"
    )


def test_a_free_plan_is_asked_for_no_price_and_renews_nothing(tmp_path: Path) -> None:
    app = run("renewal", tmp_path)
    keys = {one.key for one in (*app.number_input, *app.text_input)}
    assert f"bought_{JIRA}" in keys and not [key for key in keys if key and "jira-core" in key]
    shown = words(app)
    assert shown.count("No money is shown") == shown.count("A free plan, by Jira's word")
    names = app.dataframe[0].value.set_index("product")
    assert names.loc["Jira Work Management (free)", ["bought", "renew", "spare"]].isna().all()


def test_a_free_plan_of_which_a_price_was_told_is_paid(tmp_path: Path) -> None:
    told(tmp_path, lambda t: t.having("jira-core", ProductTerms(5, Price.flat(D(1)))))
    app = run("renewal", tmp_path)
    assert "A free plan" not in words(app)
    assert "bought_jira-core" in {one.key for one in app.number_input}


def test_one_click_confirms_a_list_price_and_seats_are_still_asked(tmp_path: Path) -> None:
    app = run("renewal", tmp_path)
    app.button(key=f"offer_{JIRA}_Premium").click().run()
    assert not app.exception
    assert terms_of(a_site(tmp_path)).of(JIRA).price == Price.flat(D("14.54"))
    assert "No money is shown: the number of bought seats is missing." in words(app)
    assert f"offer_{JIRA}_Premium" not in {button.key for button in app.button}


def test_what_is_entered_is_kept_and_answered(tmp_path: Path) -> None:
    app = run("renewal", tmp_path)
    app.number_input(key=f"bought_{JIRA}").set_value(80)
    app.text_input(key=f"price_{JIRA}").set_value("7,91")
    app.date_input(key=f"renews_{JIRA}").set_value(datetime(2026, 1, 15).date())
    app.button(key=f"save_{JIRA}").click().run()
    assert not app.exception
    kept = terms_of(a_site(tmp_path)).of(JIRA)
    assert (kept.bought, kept.price) == (80, Price.flat(D("7.91")))
    app.number_input(key=f"renew_{JIRA}").set_value(55).run()
    # 80 - 55 = 25 seats at 7.91
    shown = words(app)
    assert "Renewing Jira for 55 instead of 80 would save 197.75 USD a month, 2,373 USD" in shown
    assert "Savings start on" in shown and len(app.get("plotly_chart")) == 1
    assert metrics(app)["Would save a month"].replace("\\", "") == "197.75 USD"


def test_what_can_t_be_used_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    app = run("renewal", tmp_path)
    app.text_input(key=f"price_{JIRA}").set_value("about eight")
    app.button(key=f"save_{JIRA}").click().run()
    assert "is not an amount" in app.error[0].value
    assert terms_of(a_site(tmp_path)) == Terms()


def test_a_link_opens_the_same_question(tmp_path: Path) -> None:
    told(tmp_path, flat())
    asked = {f"renew_{JIRA}": "55", "buffer": "3", "buffer_in": "seats"}
    app = run("renewal", tmp_path, address=asked)
    shown = words(app)
    assert "for 55 instead of 80" in shown
    assert "4 seats are needed: 1 for people and 3 in reserve." in shown


def test_a_link_with_nonsense_is_the_usual_question(tmp_path: Path) -> None:
    told(tmp_path, flat())
    app = run("renewal", tmp_path, address={f"renew_{JIRA}": "many", "buffer": "x"})
    assert "1 seat is needed: 1 for people." in words(app)


def crowd(number: int) -> dict[str, list[dict[str, object]]]:
    """The company, and `number` people in all with a license of Jira, one of whom works."""
    rows = company(now=int(time.time() * 1000) - 60_000)
    ids = [f"p{n:03}" for n in range(number - 2)]
    first = rows["users"][0]
    rows["users"] += [{**first, "account_id": one, "email": ""} for one in ids]
    rows["members"] += members("g-jira", *ids)
    return rows


def test_from_57_to_52_saves_nothing_and_the_page_says_how_many_more(tmp_path: Path) -> None:
    told(tmp_path, lambda t: t.having(JIRA, ProductTerms(57, TIERS, "annual")))
    app = run("renewal", tmp_path, address={f"renew_{JIRA}": "52"}, **crowd(57))
    shown = words(app)
    assert "Going from 57 to 52 saves nothing: both are billed as 100." in shown
    assert "Seven more to reach 50" in shown
    spec = app.get("plotly_chart")[0].proto.spec
    assert '"dash":"dot"' in spec.replace(" ", "")


def test_apps_are_told_only_when_every_product_is(tmp_path: Path) -> None:
    def change(terms: Terms) -> Terms:
        return Terms(flat()(terms).products, "USD", D(2))

    told(tmp_path, change)
    asked = {f"renew_{JIRA}": "55"}
    paid = {"products": [product(), product("jira-core", name="Jira Work Management")]}
    app = run("renewal", tmp_path, address=asked, **paid)
    assert "Nothing is said of Marketplace apps" in words(app)
    told(tmp_path, lambda t: t.having("jira-core", ProductTerms(60, Price.flat(D(1)))))
    asked["renew_jira-core"] = "60"
    shown = words(run("renewal", tmp_path, address=asked))
    # From 80 to 60, the largest product before and after: 20 × 2.
    assert "60 instead of 80 would save 40.00 USD a month" in shown


def test_the_currency_and_the_reserve_are_kept(tmp_path: Path) -> None:
    told(tmp_path, flat())
    app = run("renewal", tmp_path)
    app.text_input(key="terms_currency").set_value("$x$")
    app.text_input(key="terms_apps").set_value("1.5")
    app.button(key="terms_save").click().run()
    app.number_input(key="buffer").set_value(10).run()
    app.button(key="buffer_save").click().run()
    assert not app.exception
    kept = terms_of(a_site(tmp_path))
    assert (kept.currency, kept.app_price, kept.buffer.amount) == ("$x$", D("1.5"), 10)
    assert " $x$" not in words(app)


def test_other_pages_count_with_the_reserve_once_it_is_saved_and_the_page_says_so(
    tmp_path: Path,
) -> None:
    told(tmp_path, flat())
    app = run("renewal", tmp_path)
    unsaved, sentence = "Not saved yet: other pages use", "less 3 seats of each product in reserve"
    assert unsaved not in words(app)
    app.number_input(key="buffer").set_value(3).run()
    app.radio(key="buffer_in").set_value("seats").run()
    assert f"{unsaved} 0%." in words(app)
    # 1 license, 78 seats that nobody holds and 3 in reserve, at 7.91.
    assert (
        "7.91 for licenses on Reclaim + 616.98 for seats that nobody holds − 23.73 kept in "
        "reserve = 601.16 USD a month."
    ) in words(app).replace("\\", "")
    assert metrics(app)["Would save a month"].replace("\\", "") == "601.16 USD"
    assert sentence not in words(walk(app, "overview"))
    walk(app, "renewal")
    app.number_input(key="buffer").set_value(3).run()
    app.radio(key="buffer_in").set_value("seats").run()
    app.button(key="buffer_save").click().run()
    assert unsaved not in words(app) and app.number_input(key="buffer").value == 3
    for page in ("overview", "reclaim"):
        assert f"{sentence}: 601.16 USD." in words(walk(app, page)).replace("\\", "")


def test_a_saving_that_takes_seats_from_people_who_keep_theirs_is_marked_beside_the_total(
    tmp_path: Path,
) -> None:
    told(tmp_path, flat())
    now = int(time.time() * 1000) - 60_000
    acts = [act(f"p{n:03}", at=now - DAY_MS) for n in range(14)]
    rows = {**crowd(57), "acts": acts, "covered_days": 100, "products": [product(name=HOSTILE)]}
    for seats, missing in (("10", True), ("14", False)):
        app = run("renewal", tmp_path, address={f"renew_{JIRA}": seats}, **rows)
        told_of = [one for one in app.warning if one.proto.title == "Too few seats"]
        assert bool(told_of) == missing
        for one in told_of:
            assert "people who keep their license: 4 of " in one.value
            assert HOSTILE not in one.value
        assert "Would save a month" in metrics(app)


def test_more_people_than_seats_is_said(tmp_path: Path) -> None:
    told(tmp_path, flat(1))
    app = run("renewal", tmp_path, covered_days=100)
    assert "more than the 1 seat entered" in app.warning[0].value


def test_a_damaged_note_is_said_and_forgotten_only_on_request(tmp_path: Path) -> None:
    a_site(tmp_path).change_note(NOTE, lambda _: b"{broken")
    app = run("renewal", tmp_path)
    assert "can't be read" in app.error[0].value and not app.metric
    assert a_site(tmp_path).note(NOTE) == b"{broken"
    app.button(key="terms_start_again").click().run()
    assert not app.exception and app.metric
    assert terms_of(a_site(tmp_path)) == Terms()


def test_licenses_that_are_not_permitted_are_unknown(tmp_path: Path) -> None:
    refused = {"licenses": "Administer Jira is missing."}
    app = run("renewal", tmp_path, refused=refused, products=[product(has_role=False)], members=[])
    assert "Administer Jira is missing" in words(app).replace("\\", "")


def test_work_that_could_not_be_read_makes_nobody_idle(tmp_path: Path) -> None:
    app = run("renewal", tmp_path, refused={"comments": "No."})
    shown = words(app)
    assert "it can't be told" in shown and "2 seats are needed" in shown
    assert "None could be given back." in shown


def test_the_answer_says_how_sure_it_is_and_how_little_is_known(tmp_path: Path) -> None:
    shown = words(run("renewal", tmp_path))  # 40 days are known
    assert "1 could be given back. Confidence: low 1." in shown
    assert "40 of the 90 days that verdicts look back: confidence is low." in shown
    shown = words(run("renewal", tmp_path, covered_days=100))
    assert "Confidence: high 1." in shown and "days that verdicts look back" not in shown


def test_too_few_days_are_warned_of_beside_the_total_and_beside_what_is_needed(
    tmp_path: Path,
) -> None:
    seen = "1 person was not seen working in the 40 days that are known, but may have worked before"
    for terms in (lambda t: t, flat()):  # whether or not money is shown
        told(tmp_path, terms)
        total, card, *_ = (one.value for one in run("renewal", tmp_path).warning)
        assert total.startswith(f"{seen}. ") and "“How far back” to “Last 90 days”" in total
        assert card == (f"{seen}: more than 1 seat may be needed. Sync 90 days before you decide.")
    decisions.decide(a_site(tmp_path), [Decision("cyn", JIRA, KEEP, "seasonal")])
    assert not [one for one in run("renewal", tmp_path).warning if "of Jira" in one.value]
    assert not run("renewal", tmp_path, covered_days=100).warning


def test_whoever_is_kept_by_hand_on_reclaim_keeps_the_seat_here(tmp_path: Path) -> None:
    decisions.decide(a_site(tmp_path), [Decision("cyn", JIRA, KEEP, "seasonal")])
    shown = words(run("renewal", tmp_path))
    assert "2 seats are needed" in shown and "None could be given back." in shown
    assert "1 working, 1 kept or protected by hand" in shown


def test_a_shorter_window_saves_nothing(tmp_path: Path) -> None:
    """Ann acted days ago: a week without work is a holiday."""
    acts = [act("ann", at=int(time.time() * 1000) - 12 * DAY_MS)]
    for days in ("7", "30"):
        shown = words(run("renewal", tmp_path, address={"days": days}, acts=acts))
        assert "1 seat is needed" in shown and "1 working" in shown


def test_hostile_names_do_nothing(tmp_path: Path) -> None:
    told(tmp_path, flat())
    app = run("renewal", tmp_path, products=[product(name=HOSTILE)])
    assert HOSTILE not in words(app)


def days_ago(days: int) -> str:
    day = datetime.now(UTC).date() - timedelta(days=days)
    return f"{day.day} {day:%b %Y}"


def export(*rows: str) -> tuple[str, bytes, str]:
    head = "User id,User name,email,User status,Last seen in Jira - acme.atlassian.net"
    return "export.csv", "\n".join([head, *rows, ""]).encode(), "text/csv"


def test_the_export_reveals_readers_and_they_keep_their_seats(tmp_path: Path) -> None:
    app = run("renewal", tmp_path)
    assert "1 seat is needed" in words(app)
    file = export(f"cyn,Cyn,,Active,{days_ago(6)}", f"zoe,{HOSTILE},zoe@x.example,Active,")
    app.file_uploader(key="export_file").set_value(file).run()
    assert not app.exception, app.exception
    shown = words(app)
    assert "1 of 2 people in the file are on this site" in shown
    assert [one.label for one in app.expander if "not" in one.label] == [
        "1 entry not on this site",
        "2 people of this site not in the file",
    ]
    assert load_last_seen(a_site(tmp_path)) is None
    app.button(key="seen_use").click().run()
    assert not app.exception
    day = datetime.now(UTC).date() - timedelta(days=6)
    told = load_last_seen(a_site(tmp_path))
    assert told and told.dates == {"cyn": day}
    shown = words(app)
    assert "2 seats are needed" in shown and "These dates are in use." in shown
    labels = [one.label for one in app.expander]
    assert "1 person without work was seen in the last 90 days: they read" in labels
    app.button(key="seen_forget").click().run()
    assert load_last_seen(a_site(tmp_path)) is None and "1 seat is needed" in words(app)


@pytest.mark.parametrize("content", [b"", b"\x00\xff\x00", b"<html>", b"PK\x03\x04rest"])
def test_a_foreign_file_gets_a_sentence(tmp_path: Path, content: bytes) -> None:
    app = run("renewal", tmp_path)
    app.file_uploader(key="export_file").set_value(("x.csv", content, "text/csv")).run()
    assert not app.exception
    assert "**Next:**" in app.error[0].value


def test_a_damaged_export_note_takes_nothing_else(tmp_path: Path) -> None:
    told(tmp_path, flat())
    save_last_seen(a_site(tmp_path), LastSeen(0, {}))
    a_site(tmp_path).change_note("last_seen", lambda _: b"{")
    app = run("renewal", tmp_path)
    assert "admin's export" in app.warning[0].value.replace("\\", "")
    assert "instead of 80" in words(app)


def test_it_opens_to_nobody_and_before_the_first_sync(tmp_path: Path, open_page: Open) -> None:
    told(tmp_path, flat())
    app = open_page("renewal")
    assert not app.exception and not app.metric and "7.91" not in words(app)
    app = open_page("renewal", a_session(tmp_path))
    assert not app.exception
    assert "Sync now" in {button.label for button in app.button}
