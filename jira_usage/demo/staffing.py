"""Who works where, and how much?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jira_usage.demo.chance import Column


@dataclass
class Staffing:
    """What the generator of life needs to know of a company."""

    office: Column  # per slot
    weight: Column  # per slot, 0 for readers
    candidates: Column  # slots, project after project
    cumulative: Column  # rises by one per project
    customer_slots: Column
    robot_slots: Column
    tireless: int  # an account that works round the clock
    project_weight: Column
    project_phase: Column  # in [0, 1), or -1 for projects that never fade
    project_desk: Column  # mask: customers write here
    project_timed: Column  # mask: people log work here
    project_hidden: Column  # share of issues behind a security level

    def pick(self, projects: Column, u: Column) -> Column:
        """A slot of each project's people, the busy ones more often."""
        row = np.searchsorted(self.cumulative, projects + u, side="right")
        return self.candidates[np.minimum(row, len(self.candidates) - 1)]

    def weights_on(self, day: int) -> Column:
        """How much each project starts on that day; some come and go, some are dead."""
        wave = np.sin(2 * np.pi * (day / 560.0 + self.project_phase)) * 1.9 + 0.6
        return self.project_weight * np.where(self.project_phase < 0, 1.0, np.clip(wave, 0.0, 1.0))
