"""Before a sync: is this a Jira Cloud site, is the token accepted, and what may it read?"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from jira_usage.api import JiraCloud
from jira_usage.connection import Connection, Site
from jira_usage.errors import (
    AuthenticationFailed,
    JiraUsageError,
    NotJiraCloud,
    PagingBroken,
    PermissionMissing,
    RequestRefused,
    ScopeMissing,
    SiteError,
)
from jira_usage.pace import Patience
from jira_usage.period import to_epoch_ms
from jira_usage.transport import Transport


@dataclass(frozen=True)
class SignedIn:
    """A site that has accepted a token, and whose token it is.

    `skew_ms` is how far the site's clock is ahead of this machine's.
    """

    cloud: JiraCloud
    site_url: str
    base_url: str
    account_id: str
    display_name: str
    skew_ms: int
    scoped: bool
    since_ns: tuple[int, int] = field(default_factory=lambda: (time.time_ns(), time.monotonic_ns()))

    def now_ms(self) -> int:
        """This instant, by the site's clock; that this machine's is set meanwhile is no matter."""
        then, began = self.since_ns
        return (then + time.monotonic_ns() - began) // 1_000_000 + self.skew_ms


def sign_in(
    connection: Connection,
    *,
    patience: Patience | None = None,
    cancel: threading.Event | None = None,
) -> SignedIn:
    """Asks the site what it is, without the token, and then who the token is.

    Raises SiteError where no Jira Cloud answers and AuthenticationFailed where the
    token is not accepted, at the site nor, for scoped tokens, at the gateway.
    """
    info, skew_ms, asked = _recognize(connection, patience, cancel)
    cloud, me, scoped = _authenticate(connection, patience, cancel)
    cloud.transport.requests_sent.update(asked)
    account_id = me.get("accountId")
    if not isinstance(account_id, str) or not account_id:
        raise NotJiraCloud(
            "The site does not say who the token belongs to.",
            "Jira Cloud does; Jira Server and Data Center are not supported.",
        )
    cloud.transport.expect_account(account_id)
    if not info:
        try:
            info, skew_ms = _server_info(cloud.server_info)
        except (AuthenticationFailed, PermissionMissing, RequestRefused):
            info = {}  # the address and this machine's clock will do
    base_url = str(info.get("baseUrl") or "")
    if connection.site.is_loopback or not base_url.startswith("https://"):
        base_url = connection.site.url
    return SignedIn(
        cloud=cloud,
        site_url=connection.site.url,
        base_url=base_url.rstrip("/"),
        account_id=account_id,
        display_name=str(me.get("displayName") or account_id),
        skew_ms=skew_ms,
        scoped=scoped,
    )


def _recognize(
    connection: Connection, patience: Patience | None, cancel: threading.Event | None
) -> tuple[dict[str, Any], int, Counter[str]]:
    """What the site says of itself, its clock's lead, and what was asked to know it.

    Server and Data Center are refused. Those have no API version 3: what answers
    there instead is asked again in version 2, which both speak and which names the
    deployment.
    """
    if connection.site.cloud_id:
        return {}, 0, Counter()
    # Whoever mistyped an address, or is offline, is told soon.
    brief = replace(patience or Patience(), attempts=3)
    nobody = JiraCloud(Transport(connection.site.url, None, patience=brief, cancel=cancel))
    asked = nobody.transport.requests_sent
    try:
        return *_server_info(nobody.server_info), asked
    except (NotJiraCloud, RequestRefused) as first:
        try:
            return *_server_info(nobody.server_info_v2), asked
        except JiraServer:
            raise
        except JiraUsageError:
            if isinstance(first, RequestRefused):
                return {}, 0, asked
            raise first from None
    except (AuthenticationFailed, PermissionMissing):
        return {}, 0, asked
    finally:
        nobody.transport.close()


class JiraServer(NotJiraCloud):
    title = "This is Jira Server or Data Center"


def _server_info(ask: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], int]:
    before = time.time_ns() // 1_000_000
    info = ask()
    after = time.time_ns() // 1_000_000
    deployment = str(info.get("deploymentType") or "Cloud")
    if deployment.lower() != "cloud":
        version = str(info.get("version") or "").strip()[:20]
        raise JiraServer(
            f"This is Jira {deployment[:20]}{' ' + version if version else ''}, not Jira Cloud.",
            "This app reads Jira Cloud only: Server and Data Center have another API and licenses.",
        )
    told = to_epoch_ms(info.get("serverTime"))
    return info, 0 if told is None else told - (before + after) // 2


def _authenticate(
    connection: Connection, patience: Patience | None, cancel: threading.Event | None
) -> tuple[JiraCloud, dict[str, Any], bool]:
    auth = (connection.email, connection.api_token)

    def at(url: str) -> JiraCloud:
        return JiraCloud(Transport(url, auth, patience=patience, cancel=cancel))

    cloud = at(connection.site.url)
    try:
        return cloud, cloud.myself(), bool(connection.site.cloud_id)
    except AuthenticationFailed as refusal:
        # A scoped token is refused at the site and accepted at the gateway.
        gateway = _gateway_url(connection, patience, cancel)
        if not gateway:
            raise
        cloud = at(gateway)
        try:
            return cloud, cloud.myself(), True
        except (AuthenticationFailed, RequestRefused, NotJiraCloud):
            raise refusal from None
        except SiteError:
            raise AuthenticationFailed(
                refusal.message + " The gateway for scoped tokens could not be asked.",
                refusal.remedy,
            ) from None


def _gateway_url(
    connection: Connection, patience: Patience | None, cancel: threading.Event | None
) -> str:
    """The site's address at the gateway; empty where there is none."""
    if connection.site.cloud_id or not connection.gateway:
        return ""
    edge = Transport(connection.site.url, None, patience=patience, cancel=cancel)
    try:
        cloud_id = edge.get("/_edge/tenant_info").get("cloudId")
        return Site.parse(f"{connection.gateway}/ex/jira/{cloud_id}", connection.hosts).url
    except (JiraUsageError, AttributeError):
        return ""
    finally:
        edge.close()


@dataclass(frozen=True)
class CheckLine:
    """One line of a check: what was tried, how it went, and what a failure costs."""

    title: str
    state: Literal["ok", "missing", "failed"]
    text: str
    cost: str = ""


@dataclass(frozen=True)
class _Probe:
    title: str
    ask: Callable[[JiraCloud], str]
    remedy: str
    cost: str


def _probe_users(cloud: JiraCloud) -> str:
    # A page may be short, even empty of the few that were asked for: ask for more than one.
    if not next(cloud.users(page_size=100), None):
        raise PermissionMissing("The list of people comes empty.")
    return "The list of people can be read."


def _probe_roles(cloud: JiraCloud) -> str:
    roles = cloud.application_roles()
    names = ", ".join(str(role.get("name") or role.get("key")) for role in roles)
    return f"Product access can be read: {names or 'no products'}."


def _probe_groups(cloud: JiraCloud) -> str:
    next(cloud.groups_with_access("admin"), None)
    return "Groups and administrators can be read."


def _probe_license(cloud: JiraCloud) -> str:
    cloud.instance_license()
    return "The plan of each product can be read."


def _probe_projects(cloud: JiraCloud) -> str:
    seen = sum(len(page) for page in cloud.projects("browse"))
    if not seen:
        raise PermissionMissing("There is no project that can be browsed.")
    return f"{seen:,} project{'s' if seen != 1 else ''} can be browsed."


def _probe_issues(cloud: JiraCloud) -> str:
    next(cloud.search_issues("updated >= -1d", ["id"], page_size=1), None)
    return "Issues, comments and histories can be read."


def _probe_worklogs(cloud: JiraCloud) -> str:
    next(cloud.updated_worklogs(int(time.time() * 1000) - 60_000), None)
    return "Work logs can be read."


BROWSE_USERS = "Grant “Browse users and groups” in the global permissions."
PROBES = (
    _Probe(
        "Browse users and groups",
        _probe_users,
        BROWSE_USERS,
        "Without it people are known only by what they did and by the groups that can be read.",
    ),
    _Probe(
        "Administer Jira",
        _probe_roles,
        "Use the token of an account that has “Administer Jira”.",
        "Without it nobody's licenses, seats and roles are known.",
    ),
    _Probe(
        "Groups",
        _probe_groups,
        BROWSE_USERS,
        "Without it administrators can't be told from other people.",
    ),
    _Probe(
        "Plans",
        _probe_license,
        "Any account of the site may read this; a scoped token needs read:license:jira.",
        "Without it paid and free products can't be told apart.",
    ),
    _Probe(
        "Browse projects",
        _probe_projects,
        "Grant “Browse projects” in the projects' permission schemes.",
        "Work in projects that can't be browsed is not seen: people there look idle.",
    ),
    _Probe(
        "Issues",
        _probe_issues,
        "A scoped token needs read:jira-work.",
        "Without it no activity can be read.",
    ),
    _Probe(
        "Work logs",
        _probe_worklogs,
        "A scoped token needs read:jira-work.",
        "Without it logged work is seen only where an issue's history tells of it.",
    ),
)


def check(connection: Connection, *, patience: Patience | None = None) -> Iterator[CheckLine]:
    """Checks a connection line by line.

    Raises what stops everything: SiteError, AuthenticationFailed, or
    PermissionMissing after the last line where neither people nor work can be read.
    """
    signed_in = sign_in(connection, patience=patience)
    yield CheckLine("Jira Cloud site", "ok", signed_in.base_url)
    through = ", through the gateway for scoped tokens" if signed_in.scoped else ""
    yield CheckLine("Token accepted", "ok", f"{signed_in.display_name}{through}")
    missing = set()
    try:
        for probe in PROBES:
            line = _probed(probe, signed_in.cloud)
            if line.state != "ok":
                missing.add(probe.title)
            yield line
    finally:
        signed_in.cloud.transport.close()
    if "Browse users and groups" in missing and missing & {"Browse projects", "Issues"}:
        raise nothing_usable()


def nothing_usable() -> PermissionMissing:
    return PermissionMissing(
        "The token is good, but its account may read neither people nor work.",
        "Use an account with “Browse users and groups” and “Administer Jira”, and a token whose "
        "scopes allow to read both.",
    )


def _probed(probe: _Probe, cloud: JiraCloud) -> CheckLine:
    try:
        return CheckLine(probe.title, "ok", probe.ask(cloud))
    except ScopeMissing as error:
        return CheckLine(probe.title, "missing", str(error), probe.cost)
    except (PermissionMissing, RequestRefused, PagingBroken) as error:
        return CheckLine(probe.title, "missing", f"{error.message} {probe.remedy}", probe.cost)
    except AuthenticationFailed:
        raise
    except SiteError as error:
        return CheckLine(probe.title, "failed", str(error), probe.cost)
