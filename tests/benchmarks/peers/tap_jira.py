"""The Singer tap `tap-jira`.

Of the same family, `airbyte-source-jira` 4.0.0, the newest on PyPI, still asks for the
removed /rest/api/3/search and retries its 410 for minutes: it reads no issue any more.
"""

from __future__ import annotations

import json
from pathlib import Path

from .. import child
from ..told import Records
from .peer import HERE, Command, Peer, Visit

STREAMS = {"users", "issues", "issue_comments", "changelogs", "worklogs"}


def _prepare(visit: Visit) -> Command:
    """Writes its configuration and, as a person does once, lets it discover its streams."""
    config, catalog = visit.folder / "config.json", visit.folder / "catalog.json"
    told = {
        "start_date": visit.since.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "username": visit.address.email,
        "password": visit.address.token,
        "base_url": visit.address.tls_url,
        "user_agent": "tap-jira benchmark",
        "groups": ",".join(visit.groups),
    }
    config.write_text(json.dumps(told))
    _trust(visit)
    tap = [str(visit.python.with_name("tap-jira")), "--config", str(config)]
    streams = json.loads(child.run([*tap, "--discover"]).or_raise().output)
    for stream in streams["streams"]:
        if stream["tap_stream_id"] in STREAMS:
            for entry in stream["metadata"]:
                entry["metadata"]["selected"] = True
    catalog.write_text(json.dumps(streams))
    return Command([*tap, "--properties", str(catalog)])


def _trust(visit: Visit) -> None:
    """Adds the site's certificate to those its environment trusts: it reads no other list."""
    where = child.run([str(visit.python), "-m", "certifi"]).or_raise().output.strip()
    trusted, shipped = Path(where), Path(where + ".shipped")
    if not shipped.exists():
        shipped.write_bytes(trusted.read_bytes())
    assert visit.address.certificate is not None
    trusted.write_bytes(shipped.read_bytes() + visit.address.certificate.read_bytes())


def _told(visit: Visit) -> Records:
    """Its Singer messages, a JSON line each."""
    told = Records()
    with visit.output.open("rb") as lines:
        for line in lines:
            message = json.loads(line)
            if message["type"] != "RECORD":
                continue
            record = message["record"]
            match message["stream"]:
                case "users":
                    told.people.add(record["accountId"])
                case "issue_comments":
                    told.add_comments([record])
                case "changelogs":
                    told.add_histories(record["issueId"], [record])
                case "worklogs":
                    told.add_worklogs([record])
    return told


PEER = Peer(
    name="tap-jira",
    how=(
        "its own command with the streams users (of named groups), issues, issue_comments, "
        "changelogs and worklogs; start_date a day before the window; it insists on https"
    ),
    requirements=HERE / "tap_jira.txt",
    prepare=_prepare,
    told=_told,
    tls=True,
)
