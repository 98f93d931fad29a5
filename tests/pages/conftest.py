"""Every page test gets a home of its own, no server connection, and no job of another test."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from jira_usage import jobs
from jira_usage.ui import session
from tests.pages import kept_site
from tests.pages.kept_site import Open

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True, scope="session")
def components_are_looked_for_once() -> Iterator[None]:
    """Each AppTest would read what all installed packages say of themselves."""
    with pytest.MonkeyPatch.context() as patch:
        found = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", found)
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("JIRA_SITE", "JIRA_EMAIL", "JIRA_API_TOKEN", "JIRA_USAGE_ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JIRA_USAGE_HOME", str(tmp_path))
    settings = tmp_path.with_suffix(".toml")
    settings.touch(mode=0o600)
    monkeypatch.setenv("JIRA_USAGE_SETTINGS", str(settings))
    yield tmp_path
    key = kept_site.a_session(tmp_path).job_key
    jobs.cancel(key)


@pytest.fixture
def open_page() -> Open:
    """Opens a page as somebody, or as nobody, with what the address bar says."""

    def opened(
        page: str = "overview", signed: session.Session | None = None, **query: str
    ) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
        if signed:
            kept_site.enter(app, signed)
        app.query_params.update(query)
        if page != "overview":
            app.switch_page(f"pages/{page}.py")
        return app.run()

    return opened
