"""Does a note of one split stand in another? Figures on leaked notes measure memory."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from eval.charts import GoldChart

GRAM = 6
THRESHOLD = 0.5
_WORD = re.compile(r"\w+")

Grams = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """Two notes of different splits that share too much; `containment` is in [THRESHOLD, 1]."""

    one: str
    other: str
    containment: float


def grams(text: str) -> Grams:
    """The distinct runs of GRAM words of a text, case and punctuation aside.

    A text of fewer words is one run; a text without words has none.
    """
    words = tuple(_WORD.findall(text.casefold()))
    if len(words) <= GRAM:
        return frozenset({words} if words else ())
    return frozenset(words[at : at + GRAM] for at in range(len(words) - GRAM + 1))


def containment(one: Grams, other: Grams) -> float:
    """The share of the smaller set that the larger holds, in [0, 1]; 0 where one is empty.

    Broder 1997, "On the resemblance and containment of documents", taken the worse way round.
    """
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


def leaks(one: Iterable[GoldChart], other: Iterable[GoldChart]) -> tuple[Leak, ...]:
    """Pairs of charts, one of each split, with a containment of THRESHOLD or more, by id."""
    others = {chart.id: grams(chart.text) for chart in other}
    holders: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, held in others.items():
        for gram in held:
            holders[gram].append(name)
    found = []
    for chart in one:
        own = grams(chart.text)
        shared = Counter(name for gram in own for name in holders.get(gram, ()))
        for name in shared:
            share = containment(own, others[name])
            if share >= THRESHOLD:
                found.append(Leak(chart.id, name, share))
    return tuple(sorted(found))
