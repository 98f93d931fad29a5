"""Page tokens lead on until there is none, and nowhere else."""

from __future__ import annotations

import pytest

from jira_usage.errors import PagingBroken
from jira_usage.paging import MOST_EMPTY_PAGES, Tokens


@pytest.mark.parametrize("token", [None, "", 0, False, [], {}])
def test_without_a_token_there_is_no_next_page(token: object) -> None:
    assert not Tokens().lead_on(token, page_has_rows=True)


@pytest.mark.parametrize("token", ["CAEaAggB", "x", 7])
def test_a_token_leads_on_once(token: object) -> None:
    tokens = Tokens()
    assert tokens.lead_on(token, page_has_rows=True)
    with pytest.raises(PagingBroken, match="twice"):
        tokens.lead_on(token, page_has_rows=True)


@pytest.mark.parametrize("token", [True, 1.5, 2**70, ["x"], {"a": 1}])
def test_what_is_no_token_is_not_sent_back(token: object) -> None:
    with pytest.raises(PagingBroken, match="none"):
        Tokens().lead_on(token, page_has_rows=True)


def test_pages_without_rows_do_not_go_on_for_ever() -> None:
    tokens = Tokens()
    for number in range(MOST_EMPTY_PAGES - 1):
        assert tokens.lead_on(f"token {number}", page_has_rows=False)
    with pytest.raises(PagingBroken, match="empty"):
        tokens.lead_on("one more", page_has_rows=False)
