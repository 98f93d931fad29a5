import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jira_usage.connection import Connection, Hosts, Site
from jira_usage.errors import HostNotAllowed, InvalidInput, JiraUsageError

NO_MORE = Hosts()
SECRET = "ATATT3xFfGF0-secret"


@pytest.mark.parametrize(
    "pasted",
    [
        "https://acme.atlassian.net",
        "acme.atlassian.net",
        "  HTTPS://ACME.Atlassian.NET/  ",
        "http://acme.atlassian.net",
        "https://acme.atlassian.net/jira/software/projects/WEB/boards/1?x=1#top",
        "acme.atlassian.net:443",
        "https://acme.atlassian.net.",
        "acme",
        "<https://acme.atlassian.net>",
    ],
)
def test_a_site_is_understood_as_people_paste_it(pasted: str) -> None:
    assert Site.parse(pasted, NO_MORE).url == "https://acme.atlassian.net"


@pytest.mark.parametrize(
    "pasted",
    [
        "https://evil.example",
        "https://atlassian.net.evil.example",
        "https://evil.example/.atlassian.net",
        "https://acme.atlassian.net@evil.example",
        "https://evil.example\\@acme.atlassian.net",
        "https://evil.example#.atlassian.net",
        "https://evil.example?.atlassian.net",
        "https://user:pw@acme.atlassian.net",
        "https://acme.atlassian.net:8443",
        "https://xn--80ak6aa92e.com",
        "https://аcme.atlassian.net",
        "http://127.0.0.1:8000",
        "http://localhost",
        "http://2130706433",
        "http://[::1]:8000",
        "https://169.254.169.254",
        "ftp://acme.atlassian.net",
        "javascript:alert(1)",
        "https://.atlassian.net",
        "https://atlassian.net",
        "https://ac me.atlassian.net",
        "https://-acme.atlassian.net",
        "file:///etc/passwd",
    ],
)
def test_any_other_host_is_not_contacted(pasted: str) -> None:
    with pytest.raises(HostNotAllowed):
        Site.parse(pasted, NO_MORE)


def test_a_configured_host_is_allowed_and_only_with_its_port() -> None:
    hosts = Hosts.parse(" 127.0.0.1:8000, jira.example.com ,localhost:9000")
    assert Site.parse("http://127.0.0.1:8000/x", hosts).url == "http://127.0.0.1:8000"
    assert Site.parse("127.0.0.1:8000", hosts).url == "http://127.0.0.1:8000"
    assert Site.parse("https://jira.example.com", hosts).url == "https://jira.example.com"
    assert Site.parse("http://jira.example.com", hosts).url == "https://jira.example.com"
    for refused in ("http://127.0.0.1:8001", "http://127.0.0.1", "https://jira.example.com:1"):
        with pytest.raises(HostNotAllowed):
            Site.parse(refused, hosts)


def test_plain_http_is_for_loopback_only() -> None:
    hosts = Hosts.parse("10.0.0.5:8000,jira.example.com:8080")
    assert Site.parse("http://10.0.0.5:8000", hosts).url == "https://10.0.0.5:8000"
    assert Site.parse("jira.example.com:8080", hosts).url == "https://jira.example.com:8080"


def test_a_gateway_address_keeps_its_cloud_id() -> None:
    site = Site.parse("https://api.atlassian.com/ex/jira/11-22-aa/rest/api/3/myself", NO_MORE)
    assert (site.url, site.cloud_id) == ("https://api.atlassian.com/ex/jira/11-22-aa", "11-22-aa")
    with pytest.raises(InvalidInput, match="cloud id"):
        Site.parse("https://api.atlassian.com", NO_MORE)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_cloud_site_or_a_sentence(text: str) -> None:
    try:
        site = Site.parse(text, NO_MORE)
    except JiraUsageError as error:
        assert error.message and error.remedy
    else:
        assert site.host.endswith((".atlassian.net", ".jira.com")) or site.cloud_id


def connection(**changes: str) -> Connection:
    told = {"site": "acme", "email": "ann@example.com", "api_token": SECRET, **changes}
    return Connection.parse(**told, hosts=NO_MORE)


def test_the_token_is_in_no_representation() -> None:
    made = connection()
    assert SECRET not in repr(made) + str(made) + f"{made!r}" + repr([made])
    with pytest.raises(TypeError):
        pickle.dumps(made)
    with pytest.raises(TypeError):
        copy.deepcopy(made)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "a b@example.com"),
        ("email", "a:b@example.com"),
        ("api_token", " "),
        ("api_token", "two words"),
        ("api_token", "line\nbreak"),
        ("api_token", "snowman-☃"),
        ("site", " "),
    ],
)
def test_unusable_input_gets_a_sentence_without_the_token(field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        connection(**{field: value})
    assert SECRET not in str(caught.value)


def test_a_token_for_this_machine_never_goes_to_the_public_gateway() -> None:
    hosts = Hosts.parse("127.0.0.1:8000")
    made = Connection.parse("http://127.0.0.1:8000", "a@b.c", SECRET, hosts=hosts)
    assert made.gateway == ""
    for host in ("localhost", "127.0.0.1", "[::1]"):
        for site, named in ((f"https://{host}", host), (f"http://{host}:8080", f"{host}:8080")):
            hosts = Hosts.parse(named)
            assert Connection.parse(site, "a@b.c", SECRET, hosts=hosts).gateway == ""
    assert connection().gateway == "https://api.atlassian.com"


def test_the_gateway_is_under_the_same_rule() -> None:
    with pytest.raises(HostNotAllowed):
        Connection.parse("acme", "a@b.c", SECRET, hosts=NO_MORE, gateway="https://evil.example")


def test_missing_settings_are_named() -> None:
    with pytest.raises(InvalidInput, match="JIRA_EMAIL, JIRA_API_TOKEN are not set"):
        Connection.from_environment({"JIRA_SITE": "acme"})
