"""The public contract of the command line: what it prints, where, and its exit codes."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from jira_usage.cli import main
from jira_usage.datasets import DATASETS
from jira_usage.demo import DemoSite
from jira_usage.store import Store
from tests.exports import differences
from tests.test_sync import NOW


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite(size="tiny", seed=1, now=NOW) as site:
        yield site


@pytest.fixture
def environment(site: DemoSite, tmp_path: Path) -> dict[str, str]:
    return {
        "JIRA_SITE": site.url,
        "JIRA_EMAIL": site.email,
        "JIRA_API_TOKEN": site.token,
        "JIRA_USAGE_ALLOWED_HOSTS": site.host,
        "JIRA_USAGE_HOME": str(tmp_path / "home"),
    }


def command(environment: dict[str, str], *arguments: str) -> Result:
    result = CliRunner().invoke(main, list(arguments), env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert environment["JIRA_API_TOKEN"] not in result.output + result.stderr
    return result


@pytest.fixture
def synced(environment: dict[str, str]) -> dict[str, str]:
    assert command(environment, "sync").exit_code == 0
    return environment


def test_the_help_teaches() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "jira_usage", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for word in ("JIRA_SITE", "JIRA_API_TOKEN", "check", "sync", "export", "demo", "Exit codes"):
        assert word in told


def test_check_says_a_line_each(environment: dict[str, str]) -> None:
    result = command(environment, "check")
    assert result.exit_code == 0
    assert all(line.startswith("ok ") for line in result.stdout.splitlines())
    assert "Administer Jira" in result.stdout


def test_sync_says_what_it_did(environment: dict[str, str]) -> None:
    result = command(environment, "sync", "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["users"] > 0 and told["requests"] >= told["least_requests"] / 1.5
    assert set(told["coverage"].values()) == {"complete"}


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Kolkata"])
@pytest.mark.parametrize("name", ["users", "licenses", "access", "activity", "daily"])
def test_each_export_is_the_truth_in_each_format(
    site: DemoSite, synced: dict[str, str], tmp_path: Path, name: str, zone: str
) -> None:
    truth = site.truth(days=30, timezone=zone)[name]
    told = {
        form: command(synced, "export", name, "--format", form, "--timezone", zone)
        for form in ("csv", "json")
    }
    assert differences(json.loads(told["json"].stdout), truth) == []
    rows = list(csv.reader(io.StringIO(told["csv"].stdout)))
    assert rows[0] == DATASETS[name].names
    assert [[in_csv(v) for v in row.values()] for row in sorted_like(rows, truth)] == rows[1:]
    output = tmp_path / "out.parquet"
    command(synced, "export", name, "--format=parquet", "--timezone", zone, "--output", str(output))
    table = pq.read_table(output)
    assert table.schema.names == DATASETS[name].names and table.num_rows == len(truth)
    for column in table.schema.names:
        if not pa.types.is_temporal(table[column].type):
            told_values = sorted(map(str, table[column].to_pylist()))
            assert told_values == sorted(str(row[column]) for row in truth)


def in_csv(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "; ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def sorted_like(rows: list[list[str]], truth: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The true rows in the order of the exported ones."""
    place = {tuple(row): n for n, row in enumerate(rows)}
    return sorted(truth, key=lambda row: place.get(tuple(in_csv(v) for v in row.values()), -1))


def test_a_sync_says_that_its_accounts_are_those_that_jira_lists(
    synced: dict[str, str],
) -> None:
    assert " accounts listed by Jira, " in command(synced, "sync").stdout


def test_the_summary_agrees_with_the_other_datasets(synced: dict[str, str]) -> None:
    def told(name: str) -> Any:
        return json.loads(command(synced, "export", name, "--format", "json").stdout)

    [summary] = told("summary")
    users = told("users")
    assert summary["accounts"] == len(users)
    assert summary["actions"] == sum(day["actions"] for day in told("daily"))
    working = [u for u in users if u["account_type"] == "atlassian" and u["actions"]]
    assert summary["active_users"] == len(working)
    assert summary["licensed_people"] == len({row["account_id"] for row in told("access")})


def test_a_report_is_one_file(synced: dict[str, str], tmp_path: Path) -> None:
    users = json.loads(command(synced, "export", "users", "--format", "json").stdout)
    people = [user["display_name"] for user in users if user["account_type"] == "atlassian"]
    made = {}
    for form in ("html", "xlsx"):
        path = tmp_path / f"report.{form}"
        result = command(synced, "report", "--format", form, "--output", str(path))
        assert (result.exit_code, result.output) == (0, "")
        made[form] = path.read_bytes()
    assert made["html"].startswith(b"<!doctype html>") and made["xlsx"].startswith(b"PK")
    assert len(people) > 1 and all(name in made["html"].decode() for name in people)


@pytest.mark.parametrize("people", ["pseudonyms", "none"])
def test_a_report_of_so_few_that_each_would_be_known_is_refused(
    synced: dict[str, str], tmp_path: Path, people: str
) -> None:
    path = tmp_path / "report.html"
    result = command(synced, "report", "--people", people, "--output", str(path))
    assert result.exit_code == 2 and result.stderr.startswith("Fewer than 5 people")
    assert not path.exists()


def test_a_person_and_a_site_are_forgotten(synced: dict[str, str]) -> None:
    def users() -> dict[str, str]:
        told = json.loads(command(synced, "export", "users", "--format", "json").stdout)
        return {one["account_id"]: one["display_name"] for one in told}

    maker = json.loads(command(synced, "export", "summary", "--format", "json").stdout)[0]
    before = users()
    gone = next(one for one in before if one != maker["synced_by"])
    assert command(synced, "forget").exit_code == 2
    assert command(synced, "forget", "--person", gone, "--site").exit_code == 2
    assert command(synced, "forget", "--person", maker["synced_by"]).exit_code == 2
    assert command(synced, "forget", "--person", gone).exit_code == 0
    assert users() == {one: name for one, name in before.items() if one != gone}
    for how in ([], ["--full"]):
        assert command(synced, "sync", *how).exit_code == 0
        assert users() == {one: name for one, name in before.items() if one != gone}
    assert command(synced, "forget", "--site").exit_code == 0
    assert not [path for path in Path(synced["JIRA_USAGE_HOME"]).rglob("*") if path.is_file()]


def test_a_site_is_not_forgotten_while_a_sync_of_it_runs(synced: dict[str, str]) -> None:
    [kept] = Store.open(synced).all()
    with kept.writing():
        told = command(synced, "forget", "--site")
    assert told.exit_code == 6
    assert told.stderr == (
        "A sync of this site is running, so nothing was deleted.\n"
        "Next: Wait for it to end, then try again.\n"
    )
    assert kept.current()


def test_how_long_data_is_kept_can_be_said(synced: dict[str, str]) -> None:
    assert "400 days, people who left as long" in command(synced, "keep").stdout
    told = command(synced, "keep", "--acts", "120", "--left", "60").stdout
    assert told == "Acts are kept for 120 days, people who left for 60 days.\n"
    assert command(synced, "keep").stdout == told
    result = command(synced, "keep", "--left", "121")
    assert result.exit_code == 2 and result.stderr.startswith("People who left can't be kept")
    assert command(synced, "keep", "--left", "0").stdout.endswith("who left as long.\n")
    assert command(synced, "keep", "--acts", "400").exit_code == 0


def test_every_command_uses_the_connection_of_the_settings_file(
    synced: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "secrets.toml"
    path.touch(mode=0o600)
    names = {"site": "JIRA_SITE", "email": "JIRA_EMAIL", "api_token": "JIRA_API_TOKEN"}
    path.write_text(
        "[jira]\n" + "".join(f'{key} = "{synced[name]}"\n' for key, name in names.items())
    )
    told = {**synced, "JIRA_USAGE_SETTINGS": str(path), "JIRA_SITE": "", "JIRA_EMAIL": ""}
    output = str(tmp_path / "report.html")
    for line in (
        ["check"],
        ["sync"],
        ["verify", "--sample", "1"],
        ["export", "users"],
        ["report", "--output", output],
        ["keep"],
        ["forget", "--site"],
    ):
        result = CliRunner().invoke(main, line, env={**told, "JIRA_API_TOKEN": ""})
        assert result.exit_code == 0, (line, result.stderr)


def test_nothing_synced_yet_is_7(environment: dict[str, str]) -> None:
    assert command(environment, "export", "users").exit_code == 7
    assert command(environment, "report", "--output", "never.html").exit_code == 7


@pytest.mark.parametrize(
    "arguments", [["check"], ["sync"], ["export", "users"], ["report", "--output", "never.html"]]
)
def test_a_wrong_token_is_3(synced: dict[str, str], arguments: list[str]) -> None:
    result = command({**synced, "JIRA_API_TOKEN": "not-the-token"}, *arguments)
    assert result.exit_code == 3 and result.stdout == ""
    assert "does not accept" in result.stderr and "Next:" in result.stderr


@pytest.mark.parametrize("arguments", [["check"], ["sync"]])
@pytest.mark.parametrize(
    "changes",
    [
        {"JIRA_SITE": "http://127.0.0.1:9", "JIRA_USAGE_ALLOWED_HOSTS": "127.0.0.1:9"},
        {"JIRA_SITE": "https://evil.example"},
        {"JIRA_USAGE_ALLOWED_HOSTS": ""},
        {"JIRA_USAGE_GATEWAY": "https://evil.example"},
    ],
)
def test_no_site_or_a_host_that_is_not_allowed_is_5(
    environment: dict[str, str], arguments: list[str], changes: dict[str, str]
) -> None:
    assert command({**environment, **changes}, *arguments).exit_code == 5


@pytest.mark.parametrize(
    "arguments",
    [
        ["export", "nothing"],
        ["export", "users", "--timezone", "Mars"],
        ["export", "users", "--days", "0"],
        ["sync", "--days", "9999"],
        ["dance"],
    ],
)
def test_wrong_usage_is_2(environment: dict[str, str], arguments: list[str]) -> None:
    assert command(environment, *arguments).exit_code == 2


def test_missing_settings_are_2_and_named() -> None:
    unset = dict.fromkeys(("JIRA_SITE", "JIRA_EMAIL", "JIRA_API_TOKEN"), "")
    result = CliRunner().invoke(main, ["check"], env=unset)
    assert result.exit_code == 2 and "JIRA_API_TOKEN" in result.stderr


def test_an_output_that_can_not_be_written_is_a_sentence(synced: dict[str, str]) -> None:
    result = command(synced, "export", "users", "--output", "/nowhere/at/all.csv")
    assert result.exit_code == 2 and "can't be written" in result.stderr


def test_what_was_synced_is_readable_without_the_site_and_only_with_its_token(
    tmp_path: Path,
) -> None:
    with DemoSite(size="tiny", seed=1, now=NOW) as site:
        environment = {
            "JIRA_SITE": site.url,
            "JIRA_EMAIL": site.email,
            "JIRA_API_TOKEN": site.token,
            "JIRA_USAGE_ALLOWED_HOSTS": site.host,
            "JIRA_USAGE_HOME": str(tmp_path / "home"),
        }
        assert command(environment, "sync").exit_code == 0
        told = command(environment, "export", "users").stdout
    assert command(environment, "export", "users").stdout == told
    assert (
        command({**environment, "JIRA_API_TOKEN": "not-the-token"}, "export", "users").exit_code
        == 3
    )
    assert command({**environment, "JIRA_EMAIL": "o@x.example"}, "export", "users").exit_code == 3
    elsewhere = {**environment, "JIRA_USAGE_HOME": str(tmp_path / "other")}
    assert command(elsewhere, "export", "users").exit_code == 7


def test_a_scoped_token_works_through_the_gateway(
    site: DemoSite, environment: dict[str, str]
) -> None:
    scoped = {**environment, "JIRA_API_TOKEN": site.scoped_token}
    assert command(scoped, "check").exit_code == 3
    with_gateway = {**scoped, "JIRA_USAGE_GATEWAY": site.url}
    assert command(with_gateway, "check").exit_code == 0
    assert command(with_gateway, "sync").exit_code == 0
    direct = {**scoped, "JIRA_SITE": f"{site.url}/ex/jira/{site.cloud_id}"}
    assert command(direct, "sync").exit_code == 0


def test_the_token_is_nowhere_on_disk(synced: dict[str, str]) -> None:
    home = Path(synced["JIRA_USAGE_HOME"])
    files = [path for path in home.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert synced["JIRA_API_TOKEN"].encode() not in path.read_bytes()


def test_missing_permissions_thin_the_result_and_say_so(tmp_path: Path) -> None:
    with DemoSite(size="tiny", seed=1, now=NOW) as site:
        environment = {
            "JIRA_SITE": site.url,
            "JIRA_EMAIL": site.email,
            "JIRA_API_TOKEN": site.token,
            "JIRA_USAGE_ALLOWED_HOSTS": site.host,
            "JIRA_USAGE_HOME": str(tmp_path / "home"),
        }
        site.deny("ADMINISTER")
        result = command(environment, "sync", "--json")
        assert result.exit_code == 0
        assert json.loads(result.stdout)["coverage"]["licenses"] == "not_permitted"
        users = json.loads(command(environment, "export", "users", "--format=json").stdout)
        assert {row["licenses"] for row in users} == {None}, "unknown is never none"
        told = command(environment, "check").stdout
        assert "missing Administer Jira" in told and "Without it" in told
        gap = (
            "licenses: not_permitted. Jira does not allow this account to read that. "
            "A Jira administrator can grant the permission. Licenses and seats are unknown"
        )
        assert gap in result.stderr and "users:" not in result.stderr
        assert gap in command(environment, "export", "users").stderr
        site.deny("BROWSE_USERS")
        result = command(environment, "sync")
        assert result.exit_code == 0 and gap in result.stderr
        assert "users: not_permitted. " in result.stderr and "by the groups that" in result.stderr
        assert " accounts that Jira listed, now or before, " in result.stdout
