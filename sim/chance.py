"""Randomness as a pure function of (seed, decision, week, who).

A draw is a chain of splitmix finalizers over keys: the world's seed, the decision (a text such as
"mentorship/attend"), the week, and whoever takes part. Nothing is consumed, so no draw depends on what was
drawn before it, on the number of other people, on threads or on order. `sim.kernels.chance` holds the same
chain for kernels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.chance import draw_all, draw_rows, extend_all, hash_all, hash_rows
from sim.kernels.jit import COMPILED

Keys = NDArray[np.uint64]
Rows = NDArray[np.int64]
MODEL = "model"
"""Label of the model's own decisions."""

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLY_1 = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLY_2 = np.uint64(0x94D049BB133111EB)

_QUIET: AbstractContextManager[None] = nullcontext()
_WORDS, _WHOLE_1, _WHOLE_2 = 2**64, int(_MULTIPLY_1), int(_MULTIPLY_2)


@lru_cache(maxsize=4096)
def text_key(text: str) -> int:
    """Key of a text: the first 8 bytes of its BLAKE2b, little-endian."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8")).digest()[:8], "little")


def text_keys(texts: Sequence[str]) -> Keys:
    """Keys of many texts, (text,)."""
    digests = b"".join([hashlib.blake2b(text.encode("utf-8")).digest()[:8] for text in texts])
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def finalize(z: Any) -> Keys:
    """Scramble 64-bit words of any shape (splitmix64: Steele, Lea and Flood 2014)."""
    with np.errstate(over="ignore"):
        z = (z ^ (z >> np.uint64(30))) * _MULTIPLY_1
        z = (z ^ (z >> np.uint64(27))) * _MULTIPLY_2
        return z ^ (z >> np.uint64(31))


def finalize_one(z: int) -> int:
    """The same for a single word, forty times as fast."""
    z = ((z ^ (z >> 30)) * _WHOLE_1) % _WORDS
    z = ((z ^ (z >> 27)) * _WHOLE_2) % _WORDS
    return z ^ (z >> 31)


def uniform_of(word: int) -> float:
    """`uniform` of a single word."""
    return (word >> 40) * 2.0**-24


def begin(key: Any) -> Keys:
    """First link of a chain."""
    with np.errstate(over="ignore"):
        return finalize(np.asarray(key, np.uint64) + _GAMMA)


def extend(chain: Any, key: Any) -> Keys:
    """One more link; both broadcast."""
    return finalize(np.asarray(chain, np.uint64) ^ np.asarray(key, np.uint64))


def mix(a: Any, b: Any) -> Keys:
    """Chain of two keys; not symmetric."""
    return extend(begin(a), b)


def uniform(chain: Any) -> NDArray[np.float32]:
    """float32 in [0, 1): the top 24 bits times 2^-24."""
    return (np.asarray(chain, np.uint64) >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24)


def week_key(week: int) -> np.uint64:
    """Key of a week; weeks before week 0 count down from 2^64."""
    return np.uint64(week % 2**64)


class Chance:
    """The draws of an ensemble: one chain a world."""

    def __init__(self, seeds: Sequence[int]) -> None:
        self.worlds = begin(np.array(seeds, np.uint64))
        self._decisions: dict[tuple[str, str], Keys] = {}

    def stream(self, label: str, decision: str, week: int | None) -> Keys:
        """Chain over (seed, decision, week) of each world, (world,).

        Args:
            label: policy label, or "model".
            decision: what is decided, unique within the label.
            week: the week, or None for what is decided once.
        """
        chain = self._decisions.get((label, decision))
        if chain is None:
            chain = self._decisions[label, decision] = extend(self.worlds, np.uint64(text_key(f"{label}/{decision}")))
        if week is None:
            return chain.copy()
        extended = np.empty_like(chain)
        with _wrapping():
            extend_all(chain, week_key(week), extended)
        return extended

    def draw(self, label: str, decision: str, week: int | None, keys: Keys) -> NDArray[np.float32]:
        """Uniform draws for keys (world, ...), of the same shape."""
        drawn = np.empty(keys.shape, np.float32)
        with _wrapping():
            draw_all(self.stream(label, decision, week), _by_world(keys), drawn.reshape(len(keys), -1))
        return drawn

    def hashes(self, label: str, decision: str, week: int | None, keys: Keys) -> Keys:
        """Keyed hashes for keys (world, ...), of the same shape."""
        hashes = np.empty(keys.shape, np.uint64)
        with _wrapping():
            hash_all(self.stream(label, decision, week), _by_world(keys), hashes.reshape(len(keys), -1))
        return hashes

    def draw_rows(self, label: str, decision: str, week: int | None, key: Keys, rows: Rows) -> NDArray[np.float32]:
        """Uniform draws for some rows only, (row,), of everybody's keys (person,)."""
        drawn = np.empty(len(rows), np.float32)
        with _wrapping():
            draw_rows(self.stream(label, decision, week), key, len(key) // len(self.worlds), rows, drawn)
        return drawn

    def hash_rows(self, label: str, decision: str, week: int | None, key: Keys, rows: Rows) -> Keys:
        """Keyed hashes for some rows only, (row,), of everybody's keys (person,)."""
        hashes = np.empty(len(rows), np.uint64)
        with _wrapping():
            hash_rows(self.stream(label, decision, week), key, len(key) // len(self.worlds), rows, hashes)
        return hashes


def _by_world(keys: Keys) -> Keys:
    """Keys (world, ...) as (world, key), in one piece."""
    return np.ascontiguousarray(keys, np.uint64).reshape(len(keys), -1)


def _wrapping() -> AbstractContextManager[None]:
    """Where hashes may wrap around: without the jit they are numpy scalars, which would warn."""
    return _QUIET if COMPILED else np.errstate(over="ignore")
