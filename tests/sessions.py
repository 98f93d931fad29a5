"""Sessions of the running app without a browser: what it sends to one, and how long that takes.

A session speaks what Streamlit's page speaks, over the same web socket. It draws nothing, so
many fit on one machine, and the time is the server's own and that of the wire.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

LONGEST_S = 120.0
TOO_LONG = "the app did not answer in time"


@dataclass
class Told:
    """What one run of a page sent: seconds and bytes until its end, and what can be read of it."""

    seconds: float = 0.0
    size: int = 0
    title: str = ""
    metrics: dict[str, str] = field(default_factory=dict)
    exceptions: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class PageSession:
    """One session of the app at an address such as http://127.0.0.1:8501."""

    def __init__(self, url: str) -> None:
        self._open = ExitStack()
        self._socket = self._open.enter_context(
            connect(
                url.replace("http", "ws", 1) + "/_stcore/stream",
                subprotocols=[Subprotocol("streamlit")],
                origin=Origin(url),
                max_size=None,
            )
        )
        self._pages: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *told: object) -> None:
        self.close()

    def close(self) -> None:
        self._open.close()

    def run(self, page: str = "", query: str = "") -> Told:
        """Opens a page by its name in the address, or runs it again; TimeoutError without an end.

        A run that starts anew by itself is followed to its last end.
        """
        asked = BackMsg()
        asked.rerun_script.query_string = query
        if page in self._pages:
            asked.rerun_script.page_script_hash = self._pages[page]
        else:
            asked.rerun_script.page_name = page
        began = time.monotonic()
        self._socket.send(asked.SerializeToString())
        told = Told()
        while not self._take(told, began):
            pass
        told.seconds = time.monotonic() - began
        return told

    def _take(self, told: Told, began: float) -> bool:
        """Reads one message; whether it is the last one of the run."""
        left = LONGEST_S - (time.monotonic() - began)
        if left <= 0:
            raise TimeoutError(TOO_LONG)
        received = self._socket.recv(timeout=left)
        payload = received.encode() if isinstance(received, str) else received
        told.size += len(payload)
        message = ForwardMsg.FromString(payload)
        match message.WhichOneof("type"):
            case "navigation":
                self._pages |= {
                    p.url_pathname: p.page_script_hash for p in message.navigation.app_pages
                }
            case "delta":
                _note(message, told)
            case "script_finished":
                early = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN
                return message.script_finished != early
        return False


def _note(message: ForwardMsg, told: Told) -> None:
    element = message.delta.new_element
    match element.WhichOneof("type"):
        case "heading" if element.heading.tag == "h1":
            told.title = element.heading.body
        case "metric":
            told.metrics[element.metric.label] = element.metric.body
        case "exception":
            told.exceptions.append(element.exception.message)
        case "alert" if element.alert.format == element.alert.ERROR:
            told.errors.append(element.alert.body)
