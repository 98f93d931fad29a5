"""One server and one Chromium for all tests, a new session for each visitor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.driving import (
    Server,
    Visit,
    Visitor,
    new_visitor,
    running_browser,
    running_server,
)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The one server that all tests visit."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@pytest.fixture
def visit(server: Server, browser: Browser) -> Iterator[Visit]:
    """Opens a new session; every one of them is checked at the end."""
    with visits(server, browser) as visited:
        yield visited


@pytest.fixture(scope="module")
def explorer(server: Server, browser: Browser) -> Iterator[Visitor]:
    """Somebody who explores the demo, for all tests of a module: what they change is changed."""
    with visits(server, browser) as visited:
        visitor = visited()
        visitor.open()
        visitor.explore()
        yield visitor


@contextmanager
def visits(server: Server, browser: Browser) -> Iterator[Visit]:
    visitors: list[Visitor] = []

    def visited(**how: Any) -> Visitor:
        visitors.append(new_visitor(browser, server.url, **how))
        return visitors[-1]

    yield visited
    for visitor in visitors:
        visitor.assert_clean()
        visitor.page.context.close()
