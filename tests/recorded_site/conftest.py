"""A site of recorded answers, in place of the network."""

import re
from collections.abc import Iterator

import pytest
import responses

from jira_usage.api import JiraCloud
from jira_usage.transport import Transport
from tests.recorded_site.answering import HASTY, SITE, V3, RecordedSite


@pytest.fixture
def site() -> RecordedSite:
    return RecordedSite()


@pytest.fixture
def network(site: RecordedSite) -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in (responses.GET, responses.POST):
            mock.add_callback(method, re.compile(f"{SITE}{V3}"), callback=site.answer)
        yield mock


@pytest.fixture
def cloud(network: responses.RequestsMock) -> JiraCloud:
    return JiraCloud(Transport(SITE, ("ann@example.com", "token"), patience=HASTY))
