"""What proves this machine to a client that insists on https?"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for 127.0.0.1 and its key, good for a day."""

    public: Path
    private: Path


def make_certificate(folder: Path) -> Certificate:
    """Makes one with the openssl command, anew each time."""
    made = Certificate(folder / "site.pem", folder / "site.key")
    command = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", str(made.private), "-out", str(made.public),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return made
