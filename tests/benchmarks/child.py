"""What does a command cost: seconds, processor seconds and memory, and how does it end?

Run as a script, this is a small launcher: a child's peak memory is never less than what
the process that starts it holds, so the one that starts the measured child must be small.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 3600.0
EVERY = 0.05
_SAD = re.compile(r"error|exception|critical|fail|unfinished", re.IGNORECASE)
_RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


class CommandFailed(Exception):
    """A command did not end well; the text is its last words."""


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and of processors, and peak memory in MB, both of all processes
    that it started; `words` where it failed."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    exit_code: int
    words: str = ""
    output: str = ""

    def or_raise(self) -> Cost:
        """Itself; CommandFailed with the command's last words where it failed."""
        if self.exit_code:
            raise CommandFailed(self.words)
        return self


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    output: Path | None = None,
    longest: float = LONGEST,
) -> Cost:
    """Runs a command in the project's folder to its end, or to `longest` seconds.

    What it writes to stdout goes to `output`, or comes back in the cost. No proxy of the
    network's stands between it and this machine.
    """
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder)
        out = output or told / "out"
        launcher = [sys.executable, "-I", __file__, folder, str(out), str(longest), *command]
        kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        kept |= {"NO_PROXY": "127.0.0.1,localhost", **(environment or {})}
        subprocess.run(launcher, check=True, cwd=ROOT, env=kept)
        measured = json.loads((told / "cost.json").read_text())
        code = measured["exit_code"]
        words = _last_words(told / "err") if code else ""
        words = f"ended by signal {-code}: {words}" if code < 0 else words
        text = out.read_text() if output is None else ""
        return Cost(**measured, words=words, output=text)


def peak_mb(usage: resource.struct_rusage) -> float:
    """The peak of what a process held in memory: macOS counts bytes, Linux KB."""
    return usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _last_words(path: Path) -> str:
    """The last line that tells of a failure, else the last line."""
    lines = [line.strip() for line in path.read_text(errors="replace").splitlines()]
    lines = [line for line in lines if line]
    sad = [line for line in lines if _SAD.search(line)]
    return (sad or lines or ["it ended without a word"])[-1][-240:]


def _launch(folder: Path, out: Path, longest: float, command: Sequence[str]) -> None:
    with out.open("wb") as stdout, (folder / "err").open("wb") as stderr:
        began = time.monotonic()
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True
        )
        watch = Watch(child.pid)
        signal.signal(signal.SIGALRM, lambda *_: _end(child, folder, longest))
        signal.setitimer(signal.ITIMER_REAL, longest)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - began
    cost = {
        "wall_s": wall,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mb": max(peak_mb(usage), watch.peak_mb),
        "exit_code": os.waitstatus_to_exitcode(status),
    }
    (folder / "cost.json").write_text(json.dumps(cost))


class Watch:
    """The most that a process and those that it started hold in memory together; Linux tells."""

    def __init__(self, pid: int) -> None:
        self.peak_mb = 0.0
        self._pid = pid
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while held := _held_mb(self._pid):
            self.peak_mb = max(self.peak_mb, held)
            time.sleep(EVERY)


def _held_mb(pid: int) -> float:
    """MB of a process and its children, what they share counted for each; 0 once it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [child for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return 0.0
    own = _RESIDENT.search(status)
    return sum(map(_held_mb, map(int, children)), int(own[1]) / 1024 if own else 0.0)


def _end(child: subprocess.Popen[bytes], folder: Path, longest: float) -> None:
    with (folder / "err").open("a") as stderr:
        stderr.write(f"\nended after {longest:.0f} s, unfinished\n")
    os.killpg(child.pid, signal.SIGKILL)


if __name__ == "__main__":
    _launch(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), sys.argv[4:])
