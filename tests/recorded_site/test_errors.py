"""Each recorded error has its class and its sentence, and the headers name the account."""

import gzip
import json
import re

import pytest
import requests
import responses

from jira_usage.api import JiraCloud
from jira_usage.errors import AuthenticationFailed, JiraUsageError, RateLimited, RequestRefused
from jira_usage.transport import Transport
from tests.recorded import Document, load
from tests.recorded_site.answering import HASTY, SITE, V3, Answer, RecordedSite, ids

# --- errors.json: six answers that are errors, and one that is only headers
# --- response_headers_200_2025.json: the headers of a good answer


def refusal(told: Document) -> JiraUsageError:
    """The error that the transport makes of a recorded answer."""
    body = told.get("body", {"errorMessages": ["Rate limit exceeded."]})
    page = isinstance(body, str)
    with responses.RequestsMock() as mock:
        mock.get(
            f"{SITE}{V3}field",
            status=told["status"],
            body=body if page else json.dumps(body),
            content_type="text/html;charset=UTF-8" if page else "application/json;charset=UTF-8",
            headers=told.get("headers", {}),
        )
        transport = Transport(SITE, ("ann@example.com", "token"), patience=HASTY)
        transport.expect_account("")
        with pytest.raises(JiraUsageError) as caught:
            transport.get(f"{V3}field")
    return caught.value


def test_each_recorded_error_has_its_class_and_its_sentence() -> None:
    told = [refusal(one) for one in load("errors")["bodies"]]
    assert [(type(error), getattr(error, "status", None)) for error in told] == [
        (RequestRefused, 410),
        (RequestRefused, 410),
        (RateLimited, None),  # an HTML page without Retry-After
        (RateLimited, None),
        (RateLimited, None),
        (RequestRefused, 404),
        (RequestRefused, 400),
    ]
    assert [error.message for error in told if isinstance(error, RequestRefused)] == [
        "Jira refused a request (410).",
        "Jira refused a request (410).",
        "Jira refused a request (404).",
        "Jira refused a request (400).",
    ]
    limits = [error.message for error in told if isinstance(error, RateLimited)]
    assert all(text.startswith("Jira limits how often it may be asked: wait ") for text in limits)
    assert "31 minutes" in limits[1]  # Retry-After: 1847
    assert "wait 1 second" in limits[2]  # Retry-After: 1
    for error in told:
        assert "CHANGE-2046" not in str(error) and "sprints" not in str(error)


@pytest.mark.usefixtures("network")
def test_an_issue_that_is_gone_is_none(cloud: JiraCloud) -> None:
    assert cloud.issue("1", ["created"]) is None


def test_the_headers_of_a_good_answer_name_the_account(
    cloud: JiraCloud, site: RecordedSite
) -> None:
    assert cloud.myself()["accountId"] == site.me["accountId"]
    assert cloud.transport.answered_as == site.me["accountId"]
    cloud.transport.expect_account(site.me["accountId"])
    cloud.application_roles()
    assert not cloud.transport.identity_suspect
    site.headers["X-Aaccountid"] = "somebody else"
    with pytest.raises(AuthenticationFailed, match="another account"):
        cloud.application_roles()


def test_an_answer_that_is_cut_is_asked_for_again(
    cloud: JiraCloud, site: RecordedSite, network: responses.RequestsMock
) -> None:
    whole, cut = site.answer, iter([True])

    def answer(request: requests.PreparedRequest) -> Answer:
        status, headers, body = whole(request)
        plain = {n: v for n, v in headers.items() if n != "Content-Encoding"}
        return (status, plain, gzip.decompress(body)[:99]) if next(cut, False) else (
            status, headers, body
        )  # fmt: skip

    network.reset()
    network.add_callback(responses.GET, re.compile(f"{SITE}{V3}"), callback=answer)
    assert ids([cloud.application_roles()], "key") == ["jira-servicedesk", "jira-software"]
    assert len(network.calls) == 2
