"""People of products, and what seats say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from jira_usage.metrics.licenses import licenses
from jira_usage.metrics.products import product_days, seat_table
from jira_usage.metrics.renewal_words import bought_seats
from jira_usage.metrics.tiles import tiles
from jira_usage.terms import ProductTerms, Terms
from tests.builders import NOW, access_row, access_table, product, table, window

ACCOUNTS = pd.Series(["ann", "ben", "cyn"])
ACCESS = access_table(
    access_row("ann"),
    access_row("ann", product="jira-core", state="included"),
    access_row("ben", product="jira-core"),
    access_row("cyn"),
)
PRODUCTS = table(
    "products",
    [
        product(),
        product("jira-core", name="Core", seats=None, left=None, used=2, unlimited=True),
        product("secret", name="Secret", seats=None, left=None, used=None, has_role=False),
    ],
)
COUNTS = np.array([[1, 0, 2], [0, 0, 1], [0, 0, 0]], dtype=np.int32)


def test_no_products() -> None:
    frame = product_days(table("products"), access_table(), ACCOUNTS, COUNTS, window(3))
    assert frame.empty and "active_users" in frame
    none = seat_table(
        licenses(table("products"), access_table(), pd.Index([])), access_table(), table("products")
    )
    assert none.empty and {"included_users", "seats_words", "left_words"} <= set(none.columns)


def test_people_of_a_product_by_day() -> None:
    frame = product_days(PRODUCTS, ACCESS, ACCOUNTS, COUNTS, window(3))
    by_product = frame.groupby("product_key")["active_users"].agg(list).to_dict()
    assert by_product == {"jira-software": [1, 0, 1], "jira-core": [0, 0, 1]}
    assert set(frame.loc[frame["product_key"] == "jira-software", "licensed_users"]) == {2}
    assert frame["incomplete"].tolist() == [False, False, True] * 2
    unread = product_days(PRODUCTS, ACCESS, ACCOUNTS, COUNTS, window(3), NOW)
    assert unread["active_users"].isna().all()


def test_seats_in_words_and_shares() -> None:
    frame = seat_table(licenses(PRODUCTS, ACCESS, pd.Index(["ann"])), ACCESS, PRODUCTS)
    by_key = frame.set_index("product_key")
    assert by_key["seats_words"].to_dict() == {
        "jira-core": "unlimited",
        "jira-software": "10",
        "secret": "unknown",
    }
    assert by_key.loc["jira-software", "utilization"] == 0.5
    assert by_key.loc["jira-software", "seat_use"] == 0.3
    assert by_key.loc["jira-core", "included_users"] == 1
    assert pd.isna(by_key["licensed_users"]["secret"])
    assert pd.isna(by_key["included_users"]["secret"])


def test_tiles_say_what_the_table_says() -> None:
    frame = seat_table(licenses(PRODUCTS, ACCESS, pd.Index(["ann"])), ACCESS, PRODUCTS)
    core, jira, secret = tiles(frame, "", 30)
    assert jira.sentence == "1 of 2 people worked in the last 30 days (50%)"
    assert [link.label for link in jira.links] == ["2 people", "1 worked", "1 no work found"]
    assert jira.links[2].filters == {"product": "jira-software", "work": "none"}
    assert core.links[-1].filters == {"product": "included:jira-core"}
    assert "no license of its own" in core.notes[0]
    assert [name for name, _, _ in core.numbers] == ["Seats by Jira", "Used", "With a license"]
    assert secret.utilization is None and not secret.links
    assert [value for _, value, _ in secret.numbers] == ["unknown"] * 4


def test_what_was_bought_comes_before_what_jira_says() -> None:
    frame = seat_table(licenses(PRODUCTS, ACCESS, pd.Index(["ann"])), ACCESS, PRODUCTS)
    terms = Terms({key: ProductTerms(bought=7) for key in ("jira-software", "secret")})
    core, jira, secret = tiles(frame, "", 30, bought_seats(terms))
    assert [(name, value) for name, value, _ in jira.numbers] == [
        ("Bought", "7"), ("Nobody holds", "5"), ("With a license", "2")
    ]  # fmt: skip
    assert jira.notes[1].startswith("Seats by Jira: 10, 3 used, 7 left.")
    assert core.numbers[0][0] == "Seats by Jira"
    assert [value for _, value, _ in secret.numbers] == ["7", "unknown", "unknown"]


def test_a_blind_window_offers_nobody_without_work() -> None:
    frame = seat_table(licenses(PRODUCTS, ACCESS, pd.Index(["ann"])), ACCESS, PRODUCTS)
    frame["inactive_users"] = pd.NA
    jira = tiles(frame, "Comments could not be read.", 30)[1]
    assert [link.label for link in jira.links] == ["2 people", "1 worked"]
    assert "Comments could not be read." in jira.notes[-1]


def test_seats_that_do_not_add_up_are_told_and_no_reason_is_claimed() -> None:
    def notes(left: int | None) -> list[str]:
        some = table("products", [product(seats=400, used=278, left=left)])
        frame = seat_table(licenses(some, ACCESS, pd.Index([])), ACCESS, some)
        return [one for one in tiles(frame, "", 30)[0].notes if one.startswith("Used and left")]

    assert notes(122) == notes(None) == []
    assert notes(120) == [
        "Used and left make 398 of 400 seats by Jira's own count: it does not say why. "
        "It may keep seats back, such as for open invitations."
    ]
