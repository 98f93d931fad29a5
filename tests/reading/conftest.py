"""Worlds of commented issues are shown at one site, each with a store that is empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from jira_usage.demo import DemoSite
from tests.reading.stage import Stage, world
from tests.test_worlds import standing_still


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite(size="empty") as site:
        yield site


@pytest.fixture
def stage(site: DemoSite) -> Iterator[Callable[..., Stage]]:
    """Shows a world of some issues."""
    with standing_still() as store:
        yield lambda *issues, **more: Stage(site, store, world(*issues, **more))
