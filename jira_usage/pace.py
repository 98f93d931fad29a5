"""How fast and how long Jira may be asked."""

from __future__ import annotations

from dataclasses import dataclass

PLATEAU = 20.0
SLOWEST = 0.2
IDLE_SECONDS = 1.0
# A limit that is met again at once was far below the pace, one met later just below it.
SOON_SECONDS, SOON, LATE = 2.0, 0.5, 0.85
# A pause this long costs more than it lets gather: what passed before it is gone by instead.
LONG_PAUSE, FULL_SECONDS, LEAST, STEADY = 1.5, 1.0, 0.12, 0.95


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
    """The pace of one endpoint: Jira's burst limits are per site, method and endpoint.

    Jira does not say its limit before it is met. Where it is met, the lane goes on a
    little slower than it went, comes back to that pace within PLATEAU seconds, stays
    about there, and then tries a higher one, as TCP does (CUBIC, RFC 9438): each limit
    that is met costs a pause. While nobody asks, the limit recovers, and what came before
    says nothing of the pace. Times in seconds of one clock.
    """

    resume_at: float = 0.0
    next_at: float = 0.0
    peak: float = 0.0  # requests a second at which the limit was met; 0 for not yet
    start: float = 1.0  # share of the peak to go on with
    began_at: float = 0.0
    asked_at: float = 0.0
    sent: int = 0
    passed: int = 0
    refused: int = 0  # limits met one after the other, with nothing passed between them

    def reserve(self, now: float) -> float:
        """The time at which the next request of this lane may go; it is taken by the caller."""
        at = max(now, self.resume_at, self.next_at)
        if now > self.asked_at + IDLE_SECONDS and now > self.resume_at + IDLE_SECONDS:
            self.sent = self.passed = 0
        if not self.sent:
            self.began_at = at
        self.sent += 1
        self.asked_at = at
        if self.peak:
            self.next_at = at + 1.0 / self._rate(at)
        return at

    def answered(self) -> None:
        """One more request has passed."""
        self.passed += 1
        self.refused = 0

    def limits_in_a_row(self, now: float) -> int:
        """How many limits were met in a row, with the one that is met now."""
        return self.refused + (now >= self.resume_at)

    def limited(self, now: float, wait: float) -> None:
        """Nothing goes before `wait` has passed. Requests that were on their way together
        meet one and the same limit. One that lasts, so that nothing passes in between, says
        nothing of the pace: others may have used it up."""
        if now >= self.resume_at:
            self.refused += 1
            if self.refused == 1:
                self._learn(now, wait)
            self.sent = self.passed = 0
        self.resume_at = max(self.resume_at, now + wait)
        self.next_at = max(self.next_at, self.resume_at)

    def _learn(self, now: float, wait: float) -> None:
        """Settles at which pace to go on, from the one at which a limit is met."""
        took = max(now - self.began_at, 0.001)
        pace = self._rate(now) if self.peak else self.sent / took
        self.start = SOON if took < SOON_SECONDS else LATE
        # A limit was full when this began: a bucket that holds about a second's worth.
        proven = self.passed / (took + FULL_SECONDS)
        if wait > LONG_PAUSE and proven < pace * self.start:
            pace, self.start = max(proven, LEAST * pace), STEADY
        self.peak = max(SLOWEST, pace)

    def _rate(self, now: float) -> float:
        """Requests a second: from `start` up to the peak, a plateau, then ever faster."""
        passed = (now - self.resume_at) / PLATEAU - 1.0
        return self.peak * (1.0 + (1.0 - self.start) * passed**3)
