"""A site for clients that others wrote, and what it knows to be true."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jira_usage.demo import DemoSite
from jira_usage.schema import KINDS
from tests.clients.definition import Document
from tests.test_sync import NOW


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with pytest.MonkeyPatch.context() as patch, DemoSite("small", seed=5, now=NOW) as site:
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield site


@pytest.fixture(scope="module")
def truth(site: DemoSite) -> dict[str, list[Document]]:
    told = site.truth(days=30, timezone="UTC")
    assert {row["kind"] for row in told["activity"]} == set(KINDS)
    return told
