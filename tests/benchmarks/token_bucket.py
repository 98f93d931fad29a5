"""When may the next request go? The burst limit that Jira Cloud keeps per method and endpoint."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class TokenBucket:
    """Lets `rate` requests a second through, and a second's worth at once after a pause."""

    rate: float
    tokens: float = -1.0
    seen_at: float = 0.0

    @property
    def capacity(self) -> float:
        return max(self.rate, 1.0)

    def wait(self, now: float) -> float:
        """0 where a request may pass, which takes a token; else the seconds until one is there."""
        if self.tokens < 0:
            self.tokens, self.seen_at = self.capacity, now
        self.tokens = min(self.capacity, self.tokens + (now - self.seen_at) * self.rate)
        self.seen_at = now
        if self.tokens >= 1.0:
            self.tokens -= 1.0
            return 0.0
        return (1.0 - self.tokens) / self.rate

    def allowed(self, seconds: float) -> float:
        """How many requests could have passed in some seconds that began with a full bucket."""
        return self.capacity + seconds * self.rate
