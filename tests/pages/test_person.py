"""The page of one person."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from jira_usage import decisions
from jira_usage.decisions import PROTECT, Decision
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from tests.builders import company, grants, group, members, publish
from tests.pages.kept_site import SITE_URL, a_site
from tests.pages.reading import HOSTILE, run, words


def way_to(app: AppTest, label: str) -> Any:
    """The link of that label."""
    return next(one.proto for one in app.get("page_link") if one.label == label)


def test_nobody_chosen(tmp_path: Path) -> None:
    app = run("person", tmp_path)
    assert not app.header and "Choose somebody" in words(app)


def test_an_unknown_account(tmp_path: Path) -> None:
    app = run("person", tmp_path, address={"person": "../../etc"})
    assert not app.header and app.info


def test_ann(tmp_path: Path) -> None:
    app = run("person", tmp_path, address={"person": "ann", "work": "worked"})
    told = words(app)
    assert app.title[0].value == "Ann Ames" and "worked on 2 of 30 days" in told
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
    assert "No work of" in app.subheader[0].value and "\\!\\[x\\]" in app.title[0].value
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


def test_an_unknown_origin_is_dropped_and_leads_to_users(tmp_path: Path) -> None:
    app = run("person", tmp_path, address={"person": "ann", "from": "//evil.example"})
    back = app.get("page_link")[0]
    assert back.proto.page == "users" and "from" not in app.query_params


def test_what_could_not_be_read_says_so(tmp_path: Path) -> None:
    app = run("person", tmp_path, address={"person": "ann"}, issues=[])
    projects, acts = app.dataframe[0].value, app.dataframe[1].value
    assert projects["name"].tolist() == ["Issues that could not be read"]
    assert set(acts["project_key"]) == {"Could not be read"}
    assert acts["link"].isna().all()


def test_a_robot(tmp_path: Path) -> None:
    app = run("person", tmp_path, address={"person": "bot"})
    assert "App or robot" in words(app) and "No license" in words(app)


def test_licenses_not_permitted(tmp_path: Path) -> None:
    refused = {"licenses": "Administer Jira is missing."}
    app = run("person", tmp_path, refused=refused, products=[], address={"person": "ann"})
    assert "Administer Jira is missing" in app.info[0].value.replace("\\", "")


def test_the_verdict_of_ann_says_when_she_acted_last(tmp_path: Path) -> None:
    told = words(run("person", tmp_path, address={"person": "ann"}))
    assert "**Working.** The last act found is of" in told and "yesterday" in told
    assert "Could a license be given back?" not in told


def test_the_reasons_for_and_against_cyn(tmp_path: Path) -> None:
    app = run("person", tmp_path, address={"person": "cyn"})
    told = words(app).replace("\\", "")
    assert re.search(r"\*\*Never seen working since \w+ \d+\.\*\* No work found since", told)
    assert "Could a license be given back?" in told and "Jira: low confidence" in told
    assert way_to(app, "Open issues assigned to them").page == (
        "https://acme.atlassian.net/issues/?jql=assignee%20%3D%20%22cyn%22"
        "%20AND%20statusCategory%20%21%3D%20Done%20ORDER%20BY%20updated"
    )
    assert "Holds it through jira-users alone: leaving that group frees the license." in told
    assert "Only 40 days are known" in told


def test_deciding_about_cyn_opens_the_list_with_her_alone(tmp_path: Path) -> None:
    app = run("person", tmp_path, address={"person": "cyn"})
    way = way_to(app, "Decide in the list")
    assert way.page == "reclaim" and way.query_string == "q=cyn"
    listed = run("reclaim", tmp_path, data=False, address={"q": "cyn"}).dataframe[0].value
    assert len(listed) == 1


def test_hostile_groups_and_reasons_do_nothing(tmp_path: Path) -> None:
    decision = Decision("cyn", "jira-software", PROTECT, HOSTILE, date(2999, 1, 1), HOSTILE)
    decisions.decide(a_site(tmp_path), [decision])
    app = run("person", tmp_path, address={"person": "cyn"}, groups=[group("g-jira", name=HOSTILE)])
    told = "\n".join(one.value for one in (*app.markdown, *app.caption, *app.subheader))
    assert HOSTILE not in told and "**Protected.**" in told and "expires on Jan 1, 2999" in told


def test_robots_and_people_without_a_license_have_no_verdict(tmp_path: Path) -> None:
    for account_id in ("bot", "dee"):
        told = words(run("person", tmp_path, address={"person": account_id}))
        assert "No verdict" in told


def test_forgetting_asks_first_says_whose_copy_is_meant_and_touches_no_other(
    tmp_path: Path,
) -> None:
    app = run("person", tmp_path, address={"person": "ben"})
    other = Store.open({"JIRA_USAGE_HOME": str(tmp_path)}).site(SITE_URL, "dan")
    publish(other, **company())
    app.button(key="forget_person").click().run()
    told = words(app)
    assert "what this server keeps for the connected account" in told
    assert "nor in what the server keeps for other accounts" in told
    app.button(key="forget_person").click()  # AppTest runs the whole page, not only the dialog
    app.button(key="forget_person_yes").click().run()
    assert not app.exception
    copies = [Snapshot.load(kept).users["account_id"] for kept in (a_site(tmp_path), other)]
    assert ["ben" in set(one) for one in copies] == [False, True]
