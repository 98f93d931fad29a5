"""What Jira says of products becomes rows, however odd it is."""

from __future__ import annotations

from jira_usage.directory import product_rows


def test_a_product_that_is_named_twice_is_one_product() -> None:
    roles = [{"key": "jira-software", "name": name} for name in ("Jira", "Jira again")]
    assert [row["product_key"] for row in product_rows(roles, [], {})] == ["jira-software"]


def test_what_has_no_key_is_no_product() -> None:
    assert product_rows([{"name": "Jira"}, {"key": None}, {"key": ["x"]}], [], {}) == []
