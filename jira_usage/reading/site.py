"""Everything that one sync reads of a site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jira_usage.api import JiraCloud
from jira_usage.crew import Crew
from jira_usage.reading.desk import Desk, Scope
from jira_usage.reading.people import PeopleReading
from jira_usage.reading.work import WorkReading
from jira_usage.worker import Worker


@dataclass(frozen=True)
class Reading:
    """The people and the work of a site, as they come in at one desk."""

    crew: Crew
    desk: Desk
    people: PeopleReading
    work: WorkReading

    @classmethod
    def of(cls, cloud: JiraCloud, crew: Crew, scope: Scope, worker: Worker) -> Reading:
        desk = Desk(cloud, crew, scope, worker)
        return cls(crew, desk, PeopleReading(desk), WorkReading(desk))

    def run(self) -> Iterator[None]:
        """Reads everything; yields at least every 0.2 seconds. The longest chain begins first."""
        self.work.start()
        self.people.start()
        yield from self.crew.run()
        while self.work.go_on():
            yield from self.crew.run()
