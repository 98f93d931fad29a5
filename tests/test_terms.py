"""What people set is kept over syncs, told by nobody else, and never lost in silence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from jira_usage.errors import InvalidInput, StoreDamaged
from jira_usage.seen import (
    LastSeen,
    forget_last_seen,
    load_last_seen,
    save_last_seen,
)
from jira_usage.store import SiteStore
from jira_usage.terms import (
    NOTE,
    Buffer,
    Price,
    ProductTerms,
    Step,
    Terms,
    change_terms,
    money,
    start_again,
    terms_of,
)
from tests.builders import company, publish

D = Decimal
FULL = Terms(
    {
        "jira-software": ProductTerms(
            80,
            Price("bands", (Step(100, D("8.10")), Step(None, D("0.005")))),
            "monthly",
            date(2026, 1, 31),
        ),
        "jira-servicedesk": ProductTerms(
            57, Price("tiers", (Step(50, D(4500)),), "tier"), "annual"
        ),
        "jira-core": ProductTerms(),
    },
    "EUR",
    D("1.50"),
    Buffer(7, "seats"),
)
SEEN = LastSeen(
    1_700_000_000_000,
    {"a1": date(2024, 1, 3), "a2": None},
    {"a1": {"jira-software": date(2024, 1, 3)}},
    ("Last seen in Jira",),
    True,
)


@pytest.fixture
def kept(tmp_path: Path) -> SiteStore:
    return SiteStore(tmp_path / "site")


def test_nothing_is_assumed(kept: SiteStore) -> None:
    assert terms_of(kept) == Terms()
    assert terms_of(kept).of("jira-software").missing == (
        "the price",
        "the number of bought seats",
    )
    assert not kept.exists


def test_what_is_set_is_kept_over_syncs(kept: SiteStore) -> None:
    change_terms(kept, lambda _: FULL)
    for _ in range(3):
        publish(kept, **company())
    assert terms_of(kept) == FULL
    change_terms(kept, lambda terms: terms.having("jira-core", ProductTerms(5)))
    assert terms_of(kept).of("jira-core").bought == 5
    assert terms_of(kept).of("jira-software") == FULL.of("jira-software")


def test_amounts_are_kept_to_the_last_digit(kept: SiteStore) -> None:
    exact = D("7.910000000000000000000000001")
    change_terms(kept, lambda t: t.having("x", ProductTerms(1, Price.flat(exact))))
    price = terms_of(kept).of("x").price
    assert price is not None and price.steps[0].price == exact


DAMAGED = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"{}",
    FULL.to_json().replace(b'"format":1', b'"format":2'),
    FULL.to_json().replace(b"8.10", b"eight"),
    FULL.to_json().replace(b"8.10", b"-8.10"),
    FULL.to_json().replace(b"bands", b"stairs"),
    FULL.to_json().replace(b'"bought":80', b'"bought":"80"'),
    FULL.to_json().replace(b"2026-01-31", b"2026-02-31"),
    FULL.to_json()[:-9],
    FULL.to_json().replace(b'"8.10"', b"8.1"),
    Terms({"x": ProductTerms(1)}).to_json().replace(b'"price":null', b'"price":{}'),
]


@pytest.mark.parametrize("note", DAMAGED)
def test_a_damaged_note_is_an_error_and_stays_as_it_is(kept: SiteStore, note: bytes) -> None:
    kept.change_note(NOTE, lambda _: note)
    with pytest.raises(StoreDamaged, match="prices and seats"):
        terms_of(kept)
    with pytest.raises(StoreDamaged):
        change_terms(kept, lambda terms: terms.having("x", ProductTerms(5)))
    assert kept.note(NOTE) == note
    start_again(kept)
    assert terms_of(kept) == Terms()


def test_starting_again_spares_a_note_that_can_be_read(kept: SiteStore) -> None:
    change_terms(kept, lambda _: FULL)
    start_again(kept)
    assert terms_of(kept) == FULL


def test_a_change_that_fails_leaves_what_was(kept: SiteStore) -> None:
    change_terms(kept, lambda _: FULL)
    with pytest.raises(InvalidInput):
        change_terms(kept, lambda terms: terms.having("x", ProductTerms(-1)))
    assert terms_of(kept) == FULL


@pytest.mark.parametrize(
    "text, amount",
    [("7.91", "7.91"), (" 7,91 ", "7.91"), ("20", "20"), ("1 234.5", "1234.5"), ("0", "0")],
)
def test_amounts_as_people_type_them(text: str, amount: str) -> None:
    assert money(text) == D(amount)


@pytest.mark.parametrize(
    "text", ["", "seven", "-1", "nan", "inf", "1,234", "1.2.3", "1e99", "sNaN", "7,91 USD"]
)
def test_what_is_no_certain_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        money(text)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ProductTerms(0),
        lambda: ProductTerms(10_000_000),
        lambda: ProductTerms(plan="weekly"),  # type: ignore[arg-type]  # no such plan
        lambda: ProductTerms(5, Price("tiers", (Step(10, D(1)),)), "monthly"),
        lambda: Buffer(-1),
        lambda: Buffer(1, "people"),  # type: ignore[arg-type]  # no such unit
        lambda: Terms(currency=" "),
        lambda: Terms(currency="a long currency"),
        lambda: Terms(app_price=D(-1)),
    ],
)
def test_terms_that_make_no_sense_are_refused(make: Callable[[], object]) -> None:
    with pytest.raises(InvalidInput):
        make()


def test_what_the_export_told_is_kept_over_syncs(kept: SiteStore) -> None:
    assert load_last_seen(kept) is None
    save_last_seen(kept, SEEN)
    publish(kept, **company())
    assert load_last_seen(kept) == SEEN
    assert SEEN.dates == {"a1": date(2024, 1, 3)}
    forget_last_seen(kept)
    assert load_last_seen(kept) is None


@pytest.mark.parametrize(
    "note",
    [
        b"{",
        b"[]",
        b'{"format":1}',
        SEEN.to_json().replace(b"2024-01-03", b"yesterday", 1),
        SEEN.to_json().replace(b'"format":1', b'"format":9'),
    ],
)
def test_a_damaged_export_note_is_an_error(kept: SiteStore, note: bytes) -> None:
    kept.change_note("last_seen", lambda _: note)
    with pytest.raises(StoreDamaged, match="admin's export"):
        load_last_seen(kept)
    assert kept.note("last_seen") == note
