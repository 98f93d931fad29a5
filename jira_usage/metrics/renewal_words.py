"""The answer of a renewal in sentences. Names and currencies go in as they are to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from jira_usage.metrics.holders import READER, Holders
from jira_usage.metrics.prices import amount_words, monthly_cost, round_amount
from jira_usage.metrics.what_if import Answer
from jira_usage.metrics.words import (
    COOLING,
    NEW,
    PROTECTED,
    UNCLEAR,
    WORKING,
    date_words,
    people_count,
    plural,
)
from jira_usage.terms import Plan, Terms

_SMALL: Final = (
    *("none", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


FREE: Final = (
    "A free plan, by Jira's word: nothing is paid, and licenses that are given back save nothing."
)
_KEEPS: Final = {
    WORKING: "{number} working",
    COOLING: "{number} cooling",
    NEW: "{number} new",
    READER: "{number} seen by the admin's export",
    PROTECTED: "{number} kept or protected by hand",
    UNCLEAR: "{number} of whom it can't be told",
}


def number_words(number: int) -> str:
    """“seven”, “1,234”: words up to twelve."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else f"{number:,}"


@dataclass(frozen=True)
class Bought:
    """How many seats of a product were told to be bought, and that in words."""

    product_key: str
    seats: int
    words: str

    def spare(self, people: int) -> int:
        """How many of them nobody holds."""
        return max(self.seats - people, 0)


def bought_seats(terms: Terms) -> tuple[Bought, ...]:
    """What was told to be bought, by product; with its cost where a price was told."""
    bought = []
    for key, told in terms.products.items():
        if told.bought is None:
            continue
        cost = monthly_cost(told.price, told.bought) if told.price else None
        price = "" if cost is None else f", {round_amount(cost, terms.currency)} a month"
        words = f"Bought, as told on Renewal: {plural(told.bought, 'seat')}{price}."
        bought.append(Bought(key, told.bought, words))
    return tuple(bought)


def missing_words(missing: Sequence[str]) -> str:
    """Why no money is shown."""
    verb = "is" if len(missing) == 1 else "are"
    return f"No money is shown: {' and '.join(missing)} {verb} missing."


def answer_words(name: str, answer: Answer, currency: str) -> str:
    """“Renewing Jira for 55 instead of 80 would save 197.75 USD a month, …”; only where bought
    seats and a price were told."""
    bought, renew_for = answer.bought or 0, answer.renew_for
    if answer.costs is None:
        return (
            f"No price was told for {max(bought, renew_for):,} seats: add a step that reaches it."
        )
    saved = answer.costs.saved_monthly
    if renew_for == bought:
        cost = round_amount(answer.costs.then / 12, currency)
        return f"Renewing {name} for {renew_for:,}, as now, costs {cost} a month."
    if saved > 0:
        yearly = round_amount(answer.costs.saved_yearly, currency)
        return (
            f"Renewing {name} for {renew_for:,} instead of {bought:,} would save "
            f"{round_amount(saved, currency)} a month, {yearly} a year."
        )
    if saved < 0:
        more = round_amount(-saved, currency)
        return (
            f"Renewing {name} for {renew_for:,} instead of {bought:,} would cost {more} a month "
            "more."
        )
    if answer.billed_now != answer.billed_then or answer.billed_then is None:
        return f"Going from {bought:,} to {renew_for:,} changes nothing in the price."
    change = "saves nothing" if renew_for < bought else "costs nothing more"
    return (
        f"Going from {bought:,} to {renew_for:,} {change}: both are billed as "
        f"{answer.billed_then:,}."
    )


def tier_words(answer: Answer) -> str:
    """“Seven more to reach 50: …”; empty where there is no tier below."""
    more, end = answer.more_to_lower_tier, answer.lower_tier
    if more is None or end is None or more <= 0:
        return ""
    sentence = f"{number_words(more).capitalize()} more to reach {end:,}"
    further = answer.renew_for - end
    if further == more:
        return f"{sentence}."
    return (
        f"{sentence}: that counts from {answer.start:,}; "
        f"from {answer.renew_for:,} it is {number_words(further)}."
    )


def people_words(holders: Holders, why_untold: str = "") -> str:
    """Who keeps the license, and why."""
    told = [
        words.format(number=f"{number:,}")
        for stand, words in _KEEPS.items()
        if (number := holders.of(stand))
    ]
    everyone = f"{people_count(holders.people)} with a license."
    if not told:
        return everyone
    verb = "keeps" if holders.keep == 1 else "keep"
    sentence = f"{everyone} {holders.keep:,} {verb} it: {', '.join(told)}."
    return f"{sentence} {why_untold}" if holders.of(UNCLEAR) and why_untold else sentence


def sure_words(holders: Holders) -> str:
    """“64 could be given back. Confidence: high 50, medium 10, low 4.”"""
    if not holders.could:
        return "None could be given back."
    levels = ", ".join(f"{level} {number:,}" for level, number in holders.by_confidence.items())
    return f"{holders.could:,} could be given back. Confidence: {levels}."


def need_words(answer: Answer) -> str:
    """How the seats that are needed come about, and how many licenses stand in the way."""
    spare = answer.needed - answer.kept
    reserve = f" and {spare:,} in reserve" if spare else ""
    verb = "is" if answer.needed == 1 else "are"
    need = f"{plural(answer.needed, 'seat')} {verb} needed: {answer.kept:,} for people{reserve}."
    if answer.bought and answer.bought > answer.people:
        need += f" Nobody holds {answer.bought - answer.people:,} of the {answer.bought:,} bought."
    if not answer.give_back:
        return need
    back = "1 license has" if answer.give_back == 1 else f"{answer.give_back:,} licenses have"
    return f"{need} To renew for {answer.renew_for:,}, {back} to be given back."


def short_words(answer: Answer) -> str:
    """Who would lose a seat they use; empty where nobody would."""
    if not answer.short:
        return ""
    return (
        f"Too few seats: {people_count(answer.short)} of those who keep their license would "
        "not have one."
    )


def all_short_words(answers: Iterable[tuple[str, Answer]]) -> str:
    """Which products would have too few seats, and how many are missing; empty where none.

    Takes names, as they are to be shown, and answers.
    """
    short = [f"{answer.short:,} of {name}" for name, answer in answers if answer.short]
    if not short:
        return ""
    return (
        f"Seats are missing for people who keep their license: {', '.join(short)}. "
        "What is saved by that is no saving: renew for as many as are needed."
    )


def start_words(plan: Plan, starts_on: date | None) -> str:
    """When the savings start, and why not before."""
    if starts_on is None:
        which = "renewal date" if plan == "annual" else "a billing date"
        return f"Enter {'the ' if plan == 'annual' else ''}{which} to see when savings start."
    day = date_words(starts_on)
    if plan == "annual":
        return f"Savings start with the renewal on {day}: until then the year is paid."
    return f"Savings start on {day}: the cycle before bills the highest count it has seen."


def over_words(people: int, bought: int) -> str:
    """More people than seats: a bill that can't be right, or a number that is not."""
    return (
        f"{people_count(people)} hold a license, more than the {plural(bought, 'seat')} entered. "
        "Everybody with access is billed: check the number on your last bill."
    )


def apps_words(now: int, then: int, saved: Decimal, currency: str) -> str:
    """What Marketplace apps cost less, from the counts of the largest product."""
    if saved == 0:
        return f"Marketplace apps are billed for {now:,}, the largest product, before and after."
    change = "would save" if saved > 0 else "would cost"
    more = "" if saved > 0 else " more"
    return (
        f"Marketplace apps are billed for the largest product: {then:,} instead of {now:,} "
        f"{change} {amount_words(abs(saved), currency)} a month{more}."
    )
