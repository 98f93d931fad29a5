"""Who else can read a Jira site? A module per peer, each used as its documentation says."""

from __future__ import annotations

from . import atlassian_python_api, pycontribs_jira, tap_jira, this_project
from .peer import Peer

PEERS: dict[str, Peer] = {
    peer.name: peer
    for peer in (
        this_project.PEER,
        pycontribs_jira.PEER,
        atlassian_python_api.PEER,
        atlassian_python_api.IN_BULK,
        tap_jira.PEER,
    )
}
