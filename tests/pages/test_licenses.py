"""The licenses page: seats, people, and who of them works."""

from __future__ import annotations

from pathlib import Path

from tests.builders import product
from tests.pages.reading import HOSTILE, metrics, run, words


def test_empty_site(tmp_path: Path) -> None:
    app = run("licenses", tmp_path, empty=True)
    assert "Jira names no product" in words(app) and not app.metric


def test_tiles(tmp_path: Path) -> None:
    app = run("licenses", tmp_path)
    assert [one.value for one in app.header][:2] == ["Jira", "Jira Work Management"]
    assert metrics(app)["Seats"] == "unlimited"
    links = {link.label: link.proto.query_string for link in app.get("page_link")}
    assert links["1 no work found"] == "product=jira-software&work=none"
    assert links["1 included"] == "product=included%3Ajira-core"
    table = app.dataframe[0].value.set_index("product_key")
    assert table.loc["jira-software", ["licensed_users", "active_users"]].tolist() == [2, 1]
    assert table.loc["jira-core", "left_words"] == "unlimited"
    assert "included for 1 person" in words(app).lower()
    assert [one.label for one in app.expander] == ["Jira: 1 no work found"]
    assert len(app.dataframe[1].value) == 1


def test_seats_unknown(tmp_path: Path) -> None:
    app = run("licenses", tmp_path, products=[product(seats=None, used=None, left=None)])
    assert [one.value for one in app.metric][:3] == ["unknown"] * 3


def test_hostile_product_names(tmp_path: Path) -> None:
    app = run("licenses", tmp_path, products=[product(name=HOSTILE)])
    assert HOSTILE not in words(app) and app.dataframe[0].value["product_name"].tolist() == [
        HOSTILE
    ]


def test_not_permitted(tmp_path: Path) -> None:
    refused = {"licenses": "Administer Jira is missing."}
    app = run("licenses", tmp_path, refused=refused, products=[product(has_role=False)])
    assert "Administer Jira is missing" in words(app).replace("\\", "")
    assert metrics(app)["With a license"] == "unknown"
