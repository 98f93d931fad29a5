"""The two ways to tell: e-mail over SMTP, and a webhook. Nobody but the configured host is asked.

What goes wrong is told by its class alone: an address of a webhook is a secret, and a mail
server's answer may repeat one.
"""

from __future__ import annotations

import http.client
import smtplib
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

import orjson

from jira_usage.alerts.outbox import Channel
from jira_usage.connection import is_loopback
from jira_usage.errors import InvalidInput, JiraUsageError
from jira_usage.settings import section

SECONDS: Final = 20
Security = Literal["starttls", "tls", "none"]
PORTS: Final[Mapping[str, int]] = {"starttls": 587, "tls": 465, "none": 25}
MAIL: Final[Mapping[str, type | tuple[type, ...]]] = {
    "to": list,
    "from": str,
    "host": str,
    "port": int,
    "security": str,
    "user": str,
    "password": str,
}
WEBHOOK: Final[Mapping[str, type | tuple[type, ...]]] = {"url": str}


@dataclass(frozen=True)
class Mail:
    """E-mail over one SMTP server; without encryption to this machine only."""

    to: tuple[str, ...]
    sender: str
    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    name: str = "mail"

    def send(self, title: str, text: str) -> None:
        message = EmailMessage()
        message["Subject"] = f"Jira usage: {title}"
        message["From"], message["To"] = self.sender, ", ".join(self.to)
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        try:
            with self._connected() as server:
                if self.security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                refused = server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise _unsent("The mail server", error) from None
        if refused:
            raise JiraUsageError("The mail server did not take the alert for everybody.")

    def _connected(self) -> smtplib.SMTP:
        # Without a name of its own the library asks the network for one.
        own, where = socket.gethostname(), (self.host, self.port)
        if self.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(*where, own, timeout=SECONDS, context=context)
        return smtplib.SMTP(*where, own, timeout=SECONDS)


@dataclass(frozen=True)
class Webhook:
    """A POST of {"text": …}, as Slack, Mattermost and Teams take it. No redirect is followed."""

    url: str = field(repr=False)
    name: str = "webhook"

    def send(self, title: str, text: str) -> None:
        place = urlsplit(self.url)
        told = _harmless(f"Jira usage: {title}\n{text}")
        secure = place.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        target = f"{place.path or '/'}{'?' + place.query if place.query else ''}"
        try:
            connection = kind(place.hostname or "", place.port, timeout=SECONDS)
            try:
                headers = {"Content-Type": "application/json"}
                connection.request("POST", target, orjson.dumps({"text": told}), headers)
                status = connection.getresponse().status
            finally:
                connection.close()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _unsent("The webhook", error) from None
        if not 200 <= status < 300:
            raise JiraUsageError(f"The webhook did not take the alert (status {status}).")


def channels(told: Mapping[str, Any]) -> list[Channel]:
    """The channels among what [alerts] says, in its [alerts.mail] and [alerts.webhook]."""
    found: list[Channel] = []
    if "mail" in told:
        found.append(_mail(section(told, "mail", MAIL)))
    if "webhook" in told:
        found.append(_webhook(section(told, "webhook", WEBHOOK)))
    return found


def _mail(told: Mapping[str, Any]) -> Mail:
    host, security = str(told.get("host", "")).strip(), str(told.get("security", "starttls"))
    to = tuple(str(one).strip() for one in told.get("to", []))
    sender = str(told.get("from", "")).strip()
    if not host or not to or not all(_is_address(one) for one in (*to, sender)):
        raise InvalidInput(
            "[alerts.mail] needs a host, and addresses in “to” and “from”.",
            "Compare the settings with the example beside them.",
        )
    if security not in get_args(Security) or (security == "none" and not is_loopback(host)):
        raise InvalidInput(
            "“security” in [alerts.mail] is starttls or tls; none only to this machine."
        )
    return Mail(
        to,
        sender,
        host,
        int(told.get("port", PORTS[security])),
        security,  # type: ignore[arg-type]  # one of Security, as was asked above
        str(told.get("user", "")),
        str(told.get("password", "")),
    )


def _webhook(told: Mapping[str, Any]) -> Webhook:
    url = str(told.get("url", "")).strip()
    try:
        place = urlsplit(url)
        host, _ = place.hostname or "", place.port
    except ValueError:
        host, place = "", urlsplit("")
    fits = place.scheme == "https" or (place.scheme == "http" and is_loopback(host))
    if not (host and fits and url.isascii() and url.isprintable() and " " not in url):
        raise InvalidInput(
            "“url” in [alerts.webhook] is no https:// address.",
            "Plain http:// is for this machine only.",
        )
    if place.username is not None:
        raise InvalidInput("“url” in [alerts.webhook] must not hold a user name.")
    return Webhook(url)


def _is_address(text: str) -> bool:
    name, _, domain = text.rpartition("@")
    return bool(name and domain) and text.isascii() and text.isprintable() and " " not in text


def _harmless(text: str) -> str:
    """A name from Jira calls nobody and makes no link: chat reads <!channel> and <https://…>."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unsent(where: str, error: Exception) -> JiraUsageError:
    return JiraUsageError(f"{where} could not be used ({type(error).__name__}).")
