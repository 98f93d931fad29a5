"""An address at which each test shows its site, and a store that is empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jira_usage.demo import DemoSite
from jira_usage.store import Store
from tests.test_sync import NOW


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    """One address; each test shows another site there."""
    with DemoSite(size="empty", seed=1, now=NOW) as started:
        yield started


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open({"JIRA_USAGE_HOME": str(tmp_path / "home")})
