"""Filters with counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from jira_usage.metrics.facets import choose, facet_of, unknown_facet

TYPES = facet_of("type", "Type", pd.Series(["p", "p", "app", "p"]), {"p": "People"})
GROUPS = facet_of("group", "Group", [["a", "b"], [], ["b"], ["a"]])


def test_options_come_in_order() -> None:
    assert TYPES.options == ("p", "app")
    assert TYPES.labels == {"p": "People", "app": "app"}
    assert GROUPS.options == ("a", "b")


def test_a_known_option_that_nobody_has_shows_nobody() -> None:
    work = facet_of("work", "Work", pd.Series(["yes", "yes"]), {"yes": "Yes", "no": "No"})
    assert work.options == ("yes", "no")
    assert work.offered([]) == ["yes"] and work.offered(["no"]) == ["yes", "no"]
    assert choose([work], {"work": ["no"]}, 2).rows.tolist() == []


def test_empty() -> None:
    nothing = facet_of("x", "X", pd.Series([], dtype="str"))
    assert nothing.options == ()
    assert choose([nothing], {}, 0).rows.tolist() == []
    assert facet_of("x", "X", []).options == ()
    blank = facet_of("x", "X", pd.Series(["", "b"]))
    assert blank.options == ("b",) and blank.counts(np.array([True, True])) == {"b": 1}


def test_options_of_one_facet_widen_and_facets_narrow() -> None:
    both = [TYPES, GROUPS]
    assert choose(both, {"group": ["a", "b"]}, 4).rows.tolist() == [0, 2, 3]
    assert choose(both, {"group": ["a", "b"], "type": ["p"]}, 4).rows.tolist() == [0, 3]
    assert choose(both, {}, 4).rows.tolist() == [0, 1, 2, 3]


def test_counts_are_what_choosing_would_show() -> None:
    told = choose([TYPES, GROUPS], {"type": ["app"]}, 4)
    assert told.counts == {"type": {"p": 3, "app": 1}, "group": {"a": 0, "b": 1}}


def test_what_is_not_an_option_is_ignored() -> None:
    assert choose([TYPES], {"type": ["nonsense"]}, 4).rows.tolist() == [0, 1, 2, 3]


def test_an_unknown_facet_has_its_reason_and_filters_nothing() -> None:
    facet = unknown_facet("license", "License", "Not permitted.")
    assert facet.unknown == "Not permitted."
    assert choose([facet], {"license": ["any"]}, 2).rows.tolist() == [0, 1]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("xyz"), st.lists(st.sampled_from("abcd"), unique=True)),
        max_size=25,
    ),
    st.lists(st.sampled_from("xyz"), unique=True),
    st.lists(st.sampled_from("abcd"), unique=True),
)
def test_the_count_beside_an_option_is_what_it_shows(
    rows: list[tuple[str, list[str]]], one: list[str], many: list[str]
) -> None:
    first = facet_of("one", "One", pd.Series([r[0] for r in rows], dtype="str"))
    second = facet_of("many", "Many", [r[1] for r in rows])
    told = choose([first, second], {"one": one, "many": many}, len(rows))
    for option, number in told.counts["one"].items():
        alone = choose([first, second], {"one": [option], "many": many}, len(rows))
        chosen_many = [o for o in many if o in second.options]
        expected = [
            place
            for place, (value, groups) in enumerate(rows)
            if value == option and (not chosen_many or set(groups) & set(chosen_many))
        ]
        assert len(alone.rows) == number and alone.rows.tolist() == expected
