"""Where do the peers live? Each in a virtual environment of its own, as its pins say."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


class NotInstalled(Exception):
    """A peer could not be installed; the text is pip's last words."""


@dataclass(frozen=True)
class Environments:
    """Virtual environments below a folder, made when they are first asked for, and kept."""

    folder: Path

    def python(self, requirements: Path) -> Path:
        """The interpreter that has what a requirements file pins."""
        pinned = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
        home = self.folder / f"{requirements.stem}-{pinned}"
        python, ready = home / "bin" / "python", home / "ready"
        if not ready.exists():
            _run([sys.executable, "-m", "venv", "--clear", str(home)])
            install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            _run([str(python), *install, "-r", str(requirements)])
            ready.touch()
        return python


def _run(command: list[str]) -> None:
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode:
        lines = [line for line in (ended.stderr or ended.stdout).splitlines() if line.strip()]
        raise NotInstalled(lines[-1].strip()[-240:] if lines else "pip ended without a word")
