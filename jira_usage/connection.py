"""Which site, as whom: what a person types, made exact and safe."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from jira_usage.errors import HostNotAllowed, InvalidInput

DEFAULT_GATEWAY = "https://api.atlassian.com"
CLOUD_DOMAINS = (".atlassian.net", ".jira.com")
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_CLOUD_ID = re.compile(r"/ex/jira/([A-Za-z0-9-]{1,64})(/|$)")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
ALLOW_HINT = (
    "Cloud sites end in .atlassian.net. Another host must first be named in "
    "JIRA_USAGE_ALLOWED_HOSTS by whoever runs this app."
)
PASTE_HINT = "Use the form https://your-domain.atlassian.net, as your browser shows it."


@dataclass(frozen=True)
class Hosts:
    """The hosts that may be contacted: Atlassian's own, and those the configuration adds.

    `extra` holds `host` or `host:port`; only a loopback `host:port` may use plain http.
    """

    extra: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> Hosts:
        entries = (re.sub(r"^https?://", "", part.strip().lower()) for part in text.split(","))
        return cls(frozenset(entry.rstrip("/") for entry in entries if entry))

    def plus(self, host: str) -> Hosts:
        return Hosts(self.extra | {host.lower()})

    def origin(self, text: str) -> str:
        """`scheme://host[:port]` of an address that may be contacted.

        Anything else is HostNotAllowed. The address is parsed by the library that
        will send to it and rebuilt from checked parts, so both mean the same host.
        """
        if _UNPRINTABLE.search(text) or len(text) > 2000:
            raise HostNotAllowed("That is not a web address.", PASTE_HINT)
        bare = "://" not in text
        try:
            url = parse_url(f"https://{text}" if bare else text)
        except (LocationParseError, ValueError):
            raise HostNotAllowed("That is not a web address.", PASTE_HINT) from None
        scheme, port = (url.scheme or "").lower(), url.port
        host = (url.host or "").lower().rstrip(".")
        if url.auth is not None:
            raise HostNotAllowed("An address with a user name in it is not accepted.", PASTE_HINT)
        if scheme not in ("https", "http"):
            raise HostNotAllowed(f"{scheme}:// is not a web address.", PASTE_HINT)
        if not (_HOST.fullmatch(host) or host == "[::1]"):
            raise HostNotAllowed("That is not a host name.", PASTE_HINT)
        if port is not None and f"{host}:{port}" in self.extra:
            plain = is_loopback(host) and (scheme == "http" or bare)
            return f"{'http' if plain else 'https'}://{host}:{port}"
        # A look-alike letter becomes an xn-- label; no site of Atlassian's has one.
        by_atlassian = host.endswith(CLOUD_DOMAINS) and "xn--" not in host
        by_atlassian = by_atlassian or host == "api.atlassian.com"
        if port not in (None, 443, 80) or not (by_atlassian or host in self.extra):
            where = host if port is None else f"{host}:{port}"
            raise HostNotAllowed(f"This app may not contact {where}.", ALLOW_HINT)
        return f"https://{host}"


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Site:
    """One Jira Cloud site, or its gateway address. `url` has no trailing slash."""

    url: str
    cloud_id: str = ""

    @property
    def host(self) -> str:
        return self.url.split("/")[2]

    @property
    def is_loopback(self) -> bool:
        return is_loopback(urlsplit(self.url).hostname or "")

    @classmethod
    def parse(cls, text: str, hosts: Hosts) -> Site:
        """The site a person means, as people paste it: no scheme, a path, upper case, spaces."""
        text = text.strip().strip("<>\"'")
        if not text:
            raise InvalidInput(
                "The site's address is missing.", "Enter it as https://your-domain.atlassian.net."
            )
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{1,62}", text) and text.lower() != "localhost":
            text = f"{text}.atlassian.net"
        origin = hosts.origin(text)
        if found := _CLOUD_ID.search(text):
            cloud_id = found.group(1)
            return cls(f"{origin}/ex/jira/{cloud_id}", cloud_id)
        if origin.endswith("//api.atlassian.com"):
            raise InvalidInput(
                "A gateway address must end in /ex/jira/ and the cloud id.",
                "Use https://your-domain.atlassian.net instead; the gateway is found by itself.",
            )
        return cls(origin)


@dataclass(frozen=True)
class Connection:
    """A site, an email and an API token. The token lives in memory only and is never shown."""

    site: Site
    email: str
    api_token: str = field(repr=False)
    gateway: str = ""
    hosts: Hosts = Hosts()

    def __repr__(self) -> str:
        return f"Connection({self.site.url}, {self.email}, token hidden)"

    def __reduce__(self) -> str:
        raise TypeError("a connection holds a token and is not to be copied out of memory")

    @classmethod
    def parse(
        cls, site: str, email: str, api_token: str, *, hosts: Hosts, gateway: str = ""
    ) -> Connection:
        """A connection from what a person typed or an environment says.

        `gateway` is where scoped tokens go. Left empty, that is Atlassian's own
        gateway for Atlassian's sites and none for a site on this machine, so that
        a local token never leaves it.
        """
        where = Site.parse(site, hosts)
        email, api_token = email.strip(), api_token.strip()
        if not email or ":" in email or _UNPRINTABLE.search(email):
            raise InvalidInput(
                "The email address is missing or not usable.",
                "Enter the address you log in to Atlassian with.",
            )
        if not api_token or re.search(r"[^\x21-\x7e]", api_token):
            raise InvalidInput(
                "The API token is missing or not usable.",
                "Create one at id.atlassian.com under Security, API tokens, and paste it whole.",
            )
        if gateway:
            gateway = hosts.origin(gateway.strip())
        elif not where.is_loopback:
            gateway = DEFAULT_GATEWAY
        return cls(where, email, api_token, gateway, hosts)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Connection:
        """The connection that JIRA_SITE, JIRA_EMAIL and JIRA_API_TOKEN describe."""
        missing = [
            name
            for name in ("JIRA_SITE", "JIRA_EMAIL", "JIRA_API_TOKEN")
            if not environment.get(name, "").strip()
        ]
        if missing:
            raise InvalidInput(
                f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set.",
                "Set JIRA_SITE, JIRA_EMAIL and JIRA_API_TOKEN in the environment.",
            )
        return cls.parse(
            environment["JIRA_SITE"],
            environment["JIRA_EMAIL"],
            environment["JIRA_API_TOKEN"],
            hosts=Hosts.parse(environment.get("JIRA_USAGE_ALLOWED_HOSTS", "")),
            gateway=environment.get("JIRA_USAGE_GATEWAY", ""),
        )
