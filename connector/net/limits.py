"""Limits of rate and concurrency per key (a participant, an IP address), with a limited number of keys.

This module reads no clock: `now_ms` is an argument, of any clock that does not run backwards.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_ms: int


class TokenBuckets:
    """One token bucket per key.

    If the table is full of buckets in use, further keys share one bucket. So a flood of keys neither uses more memory
    nor deletes the buckets of other keys.
    """

    def __init__(
        self, *, per_second: float, burst: int, max_keys: int = 10_000, processes: Callable[[], int] = lambda: 1
    ) -> None:
        """Each bucket gains `per_second` tokens per second, up to `burst`.

        `processes` returns how many processes share the limit: each lets its part of it through.
        """
        if per_second <= 0 or burst < 1 or max_keys < 1:
            raise ValueError("A token bucket needs a positive rate, a burst of at least 1 and at least one key.")
        self._per_ms = per_second / 1000
        self._burst = float(burst)
        self._max_keys = max_keys
        self._processes = processes
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._shared = _Bucket(self._burst, 0)

    def take(self, key: str, now_ms: int) -> int:
        """Take a token for each process; return 0, or the milliseconds until they are available (at least 1)."""
        bucket = self._bucket(key, now_ms)
        self._fill(bucket, now_ms)
        price = self._find_price()
        if bucket.tokens >= price:
            bucket.tokens -= price
            return 0
        return int((price - bucket.tokens) / self._per_ms) + 1

    def peek(self, key: str, now_ms: int) -> int:
        """Return what `take` would return, and take nothing."""
        bucket = self._bucket(key, now_ms)
        self._fill(bucket, now_ms)
        price = self._find_price()
        return 0 if bucket.tokens >= price else int((price - bucket.tokens) / self._per_ms) + 1

    def _find_price(self) -> float:
        """Return how many tokens one request takes: never more than a bucket holds."""
        return min(float(self._processes()), self._burst)

    def _bucket(self, key: str, now_ms: int) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is not None:
            self._buckets.move_to_end(key)
            return bucket
        if len(self._buckets) >= self._max_keys:
            oldest = next(iter(self._buckets))
            self._fill(self._buckets[oldest], now_ms)
            if self._buckets[oldest].tokens < self._burst:
                return self._shared
            del self._buckets[oldest]
        bucket = self._buckets[key] = _Bucket(self._burst, now_ms)
        return bucket

    def _fill(self, bucket: _Bucket, now_ms: int) -> None:
        if now_ms > bucket.at_ms:
            tokens = bucket.tokens + (now_ms - bucket.at_ms) * self._per_ms
            bucket.tokens = min(self._burst, tokens)
            bucket.at_ms = now_ms


class ConcurrencyLimit:
    """A limit on concurrent users, in total and per key; `total` limits its memory too.

    From `crowded` users on a key gets no second place: so a few keys do not keep all others out.
    """

    def __init__(self, *, total: int, per_key: int, crowded: int | None = None) -> None:
        self._total = total
        self._per_key = per_key
        self._crowded = total if crowded is None else crowded
        self._held: dict[str, int] = {}
        self._count = 0

    @property
    def count(self) -> int:
        """How many places are taken now."""
        return self._count

    def enter(self, key: str) -> bool:
        """Take a place, or return False if none is free. Each successful `enter` needs one `leave`."""
        held = self._held.get(key, 0)
        most = 1 if self._count >= self._crowded else self._per_key
        if self._count >= self._total or held >= most:
            return False
        self._held[key] = held + 1
        self._count += 1
        return True

    def leave(self, key: str) -> None:
        """Return a place; raises KeyError if none was taken."""
        held = self._held[key]
        if held == 1:
            del self._held[key]
        else:
            self._held[key] = held - 1
        self._count -= 1
