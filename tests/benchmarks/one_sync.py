"""Syncs once and prints what came of it as JSON; run in a process of its own.

The site and the store come from the environment, as they do for the command line, which
says less: here the seconds are those of the sync, without the start of Python.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from contextlib import nullcontext
from pathlib import Path

from jira_usage.connection import Connection
from jira_usage.store import Store
from jira_usage.sync import run, sync

from .sampler import Sampler


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", type=Path)
    told = parser.parse_args()
    connection, store = Connection.from_environment(os.environ), Store.open(os.environ)
    sampler = Sampler() if told.profile else None
    with sampler or nullcontext():
        began = time.monotonic()
        summary = run(sync(connection, store))
        took = time.monotonic() - began
    if sampler:
        beside = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = {"worker, a process of its own": beside.ru_utime + beside.ru_stime}
        told.profile.write_text(json.dumps({**sampler.seconds_by_function(), **spent}))
    print(json.dumps({"seconds": took, "summary": summary.to_json()}))


if __name__ == "__main__":
    main()
