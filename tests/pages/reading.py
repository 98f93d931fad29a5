"""Opens the pages that show data, on a small kept company, as AppTest."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.builders import company, publish
from tests.pages.kept_site import a_session, a_site, enter

APP = Path(__file__).parent.parent.parent / "app.py"
HOSTILE = "![x](https://evil.example/x.png) **Cyn** :red[hi] $x$ [y](https://evil.example)"


def open_page(page: str, home: Path, *, data: bool = True, **what: Any) -> AppTest:
    """A page of a connected session, not yet run. Keywords: `address` and what `publish` takes."""
    address = what.pop("address", {})
    if data:
        now = int(time.time() * 1000) - 60_000
        rows = {} if what.pop("empty", False) else company(now=now, name_of_cyn=HOSTILE)
        publish(a_site(home), now=now, **(rows | what))
    app = AppTest.from_file(str(APP), default_timeout=30)
    enter(app, a_session(home))
    app.switch_page(f"pages/{page}.py")
    for key, value in address.items():
        app.query_params[key] = value
    return app


def run(page: str, home: Path, **what: Any) -> AppTest:
    app = open_page(page, home, **what).run()
    assert not app.exception, app.exception
    return app


def walk(app: AppTest, *pages: str) -> AppTest:
    """From page to page by the sidebar: its links carry no filters."""
    for page in pages:
        app.query_params.clear()
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception
    return app


def click_cell(app: AppTest, column: str, row: int, table: int = 0) -> AppTest:
    """Clicks a button in a cell of a table, as the browser tells of it."""
    shown = app.dataframe[table]
    states = app._tree.get_widget_states()
    state = states.widgets.add()
    state.id = shown.proto.button_click_widgets[column]
    told = {"row": row, "label": shown.value[column].iloc[row]}
    state.string_trigger_value.data = json.dumps(told)
    app._run(states)
    assert not app.exception, app.exception
    return app


def words(app: AppTest) -> str:
    """Everything a page says in words."""
    kinds = ("title", "header", "subheader", "caption", "markdown", "text", "info", "metric")
    names = ("label", "value", "body")
    told = []
    for kind in kinds:
        for one in app.get(kind):
            told.append(" ".join(str(getattr(one, name, "")) for name in names))
    return "\n".join(told)


def address(app: AppTest) -> dict[str, list[str]]:
    """What the address bar says."""
    told = {key: app.query_params[key] for key in app.query_params}
    return {key: [v] if isinstance(v, str) else list(v) for key, v in told.items()}


def metrics(app: AppTest) -> dict[str, str]:
    return {one.label: one.value for one in app.metric}
