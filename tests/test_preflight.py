"""What answers at the address, whose token it is, and what each failure means."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import responses

from jira_usage.connection import Connection, Hosts
from jira_usage.errors import (
    AuthenticationFailed,
    JiraUsageError,
    NotJiraCloud,
    PermissionMissing,
    SiteError,
)
from jira_usage.pace import Patience
from jira_usage.preflight import check, sign_in

SITE = "https://acme.atlassian.net"
GATEWAY = "https://api.atlassian.com/ex/jira/1111-2222"
HASTY = Patience(attempts=2, first_backoff=0.01, longest_wait=1.0)
CLOUD = {"deploymentType": "Cloud", "baseUrl": SITE, "serverTime": "2026-11-20T10:00:00.000+0100"}
ME = {"accountId": "me", "displayName": "Ann", "timeZone": "Europe/Berlin"}
UNAVAILABLE = "<html><title>Atlassian Cloud Notifications - Page Unavailable</title></html>"


def connection() -> Connection:
    return Connection.parse("acme", "ann@example.com", "token", hosts=Hosts())


@pytest.fixture
def site() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def refusal(kind: type[JiraUsageError]) -> JiraUsageError:
    with pytest.raises(kind) as caught:
        sign_in(connection(), patience=HASTY)
    return caught.value


def test_a_cloud_site_and_its_token_are_recognized(site: responses.RequestsMock) -> None:
    site.get(f"{SITE}/rest/api/3/serverInfo", json=CLOUD)
    site.get(f"{SITE}/rest/api/3/myself", json=ME, headers={"X-AAccountId": "me"})
    signed_in = sign_in(connection(), patience=HASTY)
    assert (signed_in.account_id, signed_in.base_url) == ("me", SITE)
    assert not signed_in.scoped
    assert "Authorization" not in site.calls[0].request.headers


def test_a_clock_that_differs_from_the_sites_is_measured(site: responses.RequestsMock) -> None:
    site.get(f"{SITE}/rest/api/3/serverInfo", json=CLOUD)
    site.get(f"{SITE}/rest/api/3/myself", json=ME)
    signed_in = sign_in(connection(), patience=HASTY)
    assert abs(signed_in.now_ms() - 1_795_165_200_000) < 60_000


@pytest.mark.parametrize("deployment", ["Server", "Data Center"])
@pytest.mark.parametrize(
    "version_3",
    [
        {"json": {"errorMessages": []}, "status": 404},
        {"body": "<html>dead link</html>", "content_type": "text/html", "status": 404},
        {"json": {"deploymentType": "Server", "version": "9.12.1"}},
    ],
)
def test_jira_server_and_data_center_are_refused_by_name(
    site: responses.RequestsMock, deployment: str, version_3: dict[str, Any]
) -> None:
    site.get(f"{SITE}/rest/api/3/serverInfo", **version_3)
    site.get(
        f"{SITE}/rest/api/2/serverInfo", json={"deploymentType": deployment, "version": "9.12.1"}
    )
    me = site.get(f"{SITE}/rest/api/3/myself", json=ME)
    told = refusal(NotJiraCloud)
    assert "Server" in told.message or deployment in told.message
    assert "9.12.1" in told.message and me.call_count == 0, "the token is not sent there"


@pytest.mark.parametrize(
    ("page", "status"),
    [(UNAVAILABLE, 404), ("<html>Product Unavailable</html>", 503), ("<html>shop</html>", 200)],
)
def test_what_is_no_jira_gets_no_token(
    site: responses.RequestsMock, page: str, status: int
) -> None:
    for version in (2, 3):
        site.get(
            f"{SITE}/rest/api/{version}/serverInfo",
            body=page,
            status=status,
            content_type="text/html",
        )
    me = site.get(f"{SITE}/rest/api/3/myself", json=ME)
    assert refusal(NotJiraCloud).remedy
    assert me.call_count == 0


def test_being_nobody_is_no_failed_login_before_the_token_is_sent(
    site: responses.RequestsMock,
) -> None:
    out = {"X-Seraph-LoginReason": "OUT"}
    site.get(f"{SITE}/rest/api/3/serverInfo", json=CLOUD, headers=out)
    site.get(f"{SITE}/rest/api/3/myself", json=ME)
    assert sign_in(connection(), patience=HASTY).base_url == SITE


def test_a_gateway_that_does_not_tell_of_the_server_is_enough(
    site: responses.RequestsMock,
) -> None:
    site.get(f"{GATEWAY}/rest/api/3/myself", json=ME)
    site.get(f"{GATEWAY}/rest/api/3/serverInfo", json={}, status=404)
    told = Connection.parse(GATEWAY, "ann@example.com", "token", hosts=Hosts())
    assert sign_in(told, patience=HASTY).site_url == GATEWAY


def test_no_network_is_told_soon(site: responses.RequestsMock) -> None:
    assert "No connection" in refusal(SiteError).message


def test_a_wrong_token_is_refused_at_site_and_gateway(site: responses.RequestsMock) -> None:
    site.get(f"{SITE}/rest/api/3/serverInfo", json=CLOUD)
    site.get(f"{SITE}/rest/api/3/myself", status=401)
    site.get(f"{SITE}/_edge/tenant_info", json={"cloudId": "1111-2222"})
    gateway = site.get(f"{GATEWAY}/rest/api/3/myself", json={"code": 401}, status=401)
    refusal(AuthenticationFailed)
    assert gateway.call_count == 1


def test_a_scoped_token_is_accepted_by_the_gateway(site: responses.RequestsMock) -> None:
    site.get(f"{SITE}/rest/api/3/serverInfo", json=CLOUD)
    site.get(f"{SITE}/rest/api/3/myself", status=401)
    site.get(f"{SITE}/_edge/tenant_info", json={"cloudId": "1111-2222"})
    site.get(f"{GATEWAY}/rest/api/3/myself", json=ME)
    signed_in = sign_in(connection(), patience=HASTY)
    assert signed_in.scoped and signed_in.site_url == SITE
    assert signed_in.cloud.transport.base_url == GATEWAY


def test_a_scope_that_is_missing_is_told_as_a_permission(site: responses.RequestsMock) -> None:
    site.get(f"{SITE}/rest/api/3/serverInfo", json=CLOUD)
    site.get(f"{SITE}/rest/api/3/myself", status=401)
    site.get(f"{SITE}/_edge/tenant_info", json={"cloudId": "1111-2222"})
    message = {"code": 401, "message": "Unauthorized; scope does not match"}
    site.get(f"{GATEWAY}/rest/api/3/myself", json=message, status=401)
    assert "read:jira-user" in refusal(PermissionMissing).remedy


def test_a_check_says_of_scopes_that_are_missing_how_to_get_them(
    site: responses.RequestsMock,
) -> None:
    site.get(f"{SITE}/rest/api/3/serverInfo", json=CLOUD)
    site.get(f"{SITE}/rest/api/3/myself", json=ME)
    message = {"code": 401, "message": "Unauthorized; scope does not match"}
    for method in ("GET", "POST"):
        site.add(method, re.compile(f"{SITE}/rest/.*"), json=message, status=401)
    told = []
    with pytest.raises(PermissionMissing) as refused:
        for line in check(connection(), patience=HASTY):
            told.append(line)
    missing = [line.text for line in told if line.state == "missing"]
    assert len(missing) == 7 and all("Create a token with the scopes" in one for one in missing)
    assert not any("Grant “" in one or "Use the token" in one for one in missing)
    assert "scopes" in refused.value.remedy


def test_a_locked_login_says_what_to_do(site: responses.RequestsMock) -> None:
    site.get(f"{SITE}/rest/api/3/serverInfo", json=CLOUD)
    denied = {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}
    site.get(f"{SITE}/rest/api/3/myself", status=403, headers=denied)
    assert "browser" in refusal(AuthenticationFailed).remedy


def test_the_tenant_can_not_name_another_host(site: responses.RequestsMock) -> None:
    site.get(f"{SITE}/rest/api/3/serverInfo", json=CLOUD)
    site.get(f"{SITE}/rest/api/3/myself", status=401)
    site.get(f"{SITE}/_edge/tenant_info", json={"cloudId": "../../evil?x="})
    refusal(AuthenticationFailed)
    assert all("atlassian" in str(call.request.url) for call in site.calls)
