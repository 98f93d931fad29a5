"""A process beside this one, which turns big answers into columns.

Python runs one thread of a process at a time: whoever turns an answer into columns keeps the
others from asking. Another process has a processor of its own. It gets bytes and gives bytes,
knows no token, and reaches no network.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import IO, TypeVar

import msgspec

from jira_usage.interpreter import tuned
from jira_usage.reading.columns import HistoryPage, IssuePage, history_page, issue_page

# What is smaller is read here before the other process has it.
LEAST_BYTES = 1 << 18
# To start it costs as much as reading so many bytes here.
WORTH_A_START = 1 << 26
STARTING_SECONDS = 0.0
_TASKS = (history_page, issue_page)
_QUESTION = struct.Struct("<BqQ")  # which task, since when, and how many bytes follow
_HERE = b"here"
_ANSWER = struct.Struct("<Q")  # how many bytes follow; none where it could not be read
T = TypeVar("T")
_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); import jira_usage.worker as w; "
_START += "w.serve(sys.stdin.buffer, sys.stdout.buffer)"


class Worker:
    """Use as a context manager. Threads may share it, and wait for each other.

    It is started once so much was to be read that it is worth it. Until it is there, where
    that can't be, and where it ends before it has answered, answers are read in this process.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._there = False
        self._over = (os.cpu_count() or 1) < 2
        self._came = 0

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def history_page(self, content: bytes, since_ms: int) -> HistoryPage:
        """As the function of that name."""
        return self._do(history_page, HistoryPage, content, since_ms)

    def issue_page(self, content: bytes, since_ms: int) -> IssuePage:
        """As the function of that name."""
        return self._do(issue_page, IssuePage, content, since_ms)

    def _do(
        self, task: Callable[[bytes, int], T], told: type[T], content: bytes, since_ms: int
    ) -> T:
        number = _TASKS.index(task)
        answer = self._ask(number, content, since_ms) if len(content) >= LEAST_BYTES else b""
        return msgspec.msgpack.decode(answer, type=told) if answer else task(content, since_ms)

    def _ask(self, task: int, content: bytes, since_ms: int) -> bytes:
        with self._turn:
            try:
                process = self._ready(len(content))
                if not process:
                    return b""
                into, out = process.stdin, process.stdout
                assert into and out
                into.write(_QUESTION.pack(task, since_ms, len(content)))
                into.write(content)
                into.flush()
                return _read(out, *_ANSWER.unpack(_read(out, _ANSWER.size)))
            except (OSError, EOFError, ValueError):  # ValueError: closed meanwhile
                self._end()
                return b""

    def _ready(self, bytes_more: int) -> subprocess.Popen[bytes] | None:
        """The process, if it is there; if not, it is started where that is worth it by now."""
        self._came += bytes_more
        if not self._process and self._came >= WORTH_A_START and not self._over:
            self._process = _started()
            greeted = threading.Thread(target=self._greet, args=[self._process], daemon=True)
            greeted.start()
            greeted.join(STARTING_SECONDS)
        return None if self._over or not self._there else self._process

    def _greet(self, process: subprocess.Popen[bytes]) -> None:
        """Waits until the process says that it is there; one that ends never is."""
        assert process.stdout
        self._there = process.stdout.read(len(_HERE)) == _HERE

    def _end(self) -> None:
        self._over = True
        if process := self._process:
            process.kill()
            process.wait()
            for pipe in filter(None, (process.stdin, process.stdout)):
                with suppress(OSError):  # what nobody reads any more
                    pipe.close()


def _started() -> subprocess.Popen[bytes]:
    # The settings of this program are not for it: the token may be among them.
    environment = {name: told for name, told in os.environ.items() if not name.startswith("JIRA_")}
    return subprocess.Popen(  # noqa: S603  # this program, and nothing that anybody typed
        [sys.executable, "-I", "-c", _START, json.dumps(sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answers until nobody asks any more. What can't be read is for the other to find out."""
    with tuned():
        answers.write(_HERE)
        answers.flush()
        while True:
            try:
                task, since_ms, length = _QUESTION.unpack(_read(questions, _QUESTION.size))
                content = _read(questions, length)
            except EOFError:
                return
            try:
                answer = msgspec.msgpack.encode(_TASKS[task](content, since_ms))
            except Exception:
                answer = b""
            answers.write(_ANSWER.pack(len(answer)))
            answers.write(answer)
            answers.flush()


def _read(stream: IO[bytes], length: int) -> bytes:
    content = stream.read(length)
    if len(content) < length:
        raise EOFError
    return content
