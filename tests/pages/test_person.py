"""The page of one person."""

from __future__ import annotations

from pathlib import Path

from reading import HOSTILE, run, words

from tests.builders import grants, group, members


def test_nobody_chosen(tmp_path: Path) -> None:
    app = run("person", tmp_path)
    assert not app.header and "Choose somebody" in words(app)


def test_an_unknown_account(tmp_path: Path) -> None:
    app = run("person", tmp_path, address={"person": "../../etc"})
    assert not app.header and app.info


def test_ann(tmp_path: Path) -> None:
    app = run("person", tmp_path, address={"person": "ann", "work": "worked"})
    told = words(app)
    assert app.header[0].value == "Ann Ames" and "worked on 2 of 30 days" in told
    assert "**Jira** · license ← jira\\-users (a default group)" in told
    assert "**Jira Work Management** · included ← work\\-users" in told
    assert "Site administrator" in told and "ann@acme.example" in told
    projects, acts = app.dataframe[0].value, app.dataframe[1].value
    assert projects[["project_key", "actions"]].to_numpy().tolist() == [["WEB", 3]]
    assert acts["link"].tolist() == ["https://acme.atlassian.net/browse/WEB-1"] * 3
    assert len(app.get("plotly_chart")) == 2
    back = app.get("page_link")[0]
    assert back.label == "Back to the list" and back.proto.query_string == "work=worked"


def test_a_person_without_work_and_with_a_hostile_name(tmp_path: Path) -> None:
    app = run("person", tmp_path, address={"person": "cyn"})
    assert HOSTILE not in words(app)
    assert "No work of" in app.subheader[0].value and "\\!\\[x\\]" in app.header[0].value
    assert "Reading leaves no trace" in words(app)


def test_hostile_groups(tmp_path: Path) -> None:
    app = run(
        "person",
        tmp_path,
        address={"person": "ben"},
        groups=[group("g", name=HOSTILE)],
        members=members("g", "ben"),
        product_groups=[grants("jira-software", "g")],
    )
    lines = [one.value for one in app.markdown if "license" in one.value]
    assert lines and HOSTILE not in lines[0]


def test_a_robot(tmp_path: Path) -> None:
    app = run("person", tmp_path, address={"person": "bot"})
    assert "App or robot" in words(app) and "No license" in words(app)


def test_licenses_not_permitted(tmp_path: Path) -> None:
    refused = {"licenses": "Administer Jira is missing."}
    app = run("person", tmp_path, refused=refused, products=[], address={"person": "ann"})
    assert "Administer Jira is missing" in app.info[0].value.replace("\\", "")
