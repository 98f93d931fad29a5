"""Sites to look at, started once; tests that change a site start their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jira_usage.demo import DemoSite

from .caller import NOON, Caller


@pytest.fixture(scope="session")
def tiny_site() -> Iterator[DemoSite]:
    with DemoSite("tiny", now=NOON) as site:
        yield site


@pytest.fixture(scope="session")
def small_site() -> Iterator[DemoSite]:
    with DemoSite("small", now=NOON) as site:
        yield site


@pytest.fixture(scope="session")
def tiny(tiny_site: DemoSite) -> Caller:
    return Caller(tiny_site)


@pytest.fixture(scope="session")
def small(small_site: DemoSite) -> Caller:
    return Caller(small_site)
