"""How fast and how long Jira may be asked."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Patience:
    """How long to keep trying. Times in seconds."""

    attempts: int = 6
    rate_limit_attempts: int = 12
    first_backoff: float = 0.5
    longest_backoff: float = 30.0
    longest_wait: float = 300.0
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    longest_answer: float = 300.0


QUICK = Patience(attempts=2, rate_limit_attempts=2, longest_wait=5.0, read_timeout=10.0)


@dataclass
class Lane:
    """The pace of one endpoint: Jira's burst limits are per site, method and endpoint."""

    resume_at: float = 0.0
    interval: float = 0.0
    next_at: float = 0.0
    sent: list[float] = field(default_factory=list)

    def reserve(self, now: float) -> float:
        """The time at which the next request of this lane may go; it is taken by the caller."""
        at = max(now, self.resume_at, self.next_at)
        self.next_at = at + self.interval
        self.interval *= 0.99
        if self.interval < 0.001:
            self.interval = 0.0
        self.sent = [*self.sent[-199:], at]
        return at

    def limited(self, now: float, wait: float) -> None:
        """Nothing goes before `wait` has passed, and then a little slower than it went."""
        last_second = sum(1 for at in self.sent if now - 1.0 <= at <= now)
        if now >= self.resume_at:
            self.interval = max(1.0 / max(last_second, 1), self.interval) * 1.1
        self.resume_at = max(self.resume_at, now + wait)
        self.next_at = max(self.next_at, self.resume_at)
