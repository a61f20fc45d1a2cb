"""The tables of a release: which body parts, approaches, devices and qualifiers go together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from codesets.axes import AxisLabels
from codesets.words import normalise
from coding.protocols import CodeSystem

SURGICAL = "0"
OBSTETRIC = "1"
SECTIONS = (SURGICAL, OBSTETRIC)
PART, APPROACH, DEVICE, QUALIFIER = 4, 5, 6, 7
# Beginnings of codes whose values are remembered.
_CACHED = 8_192
_SIDE = re.compile(r",?\s*\b(Right|Left|Bilateral)\b(?=,|\s|$)")
_PLURALS = {"Testes": "Testis"}


@lru_cache(_CACHED)
def split_side(label: str) -> tuple[str, str]:
    """A body part without its side, as stems, and the side: R, L, B (bilateral) or "" (none)."""
    side = _SIDE.search(label)
    base = _SIDE.sub("", label).strip(" ,")
    for plural, one in _PLURALS.items():
        base = base.replace(plural, one)
    return part_key(base), side[1][0] if side else ""


def part_key(base: str) -> str:
    """What body parts without their side are compared by."""
    return " ".join(token.stem for token in normalise(base))


class Tables:
    """Look-ups over the codes of sections 0 and 1 of one release.

    A body part is named by its key (part_key) and found in a table by key and side.
    """

    def __init__(self, labels: AxisLabels, codes: CodeSystem) -> None:
        self._labels = labels.labels
        self._codes = codes
        self._parts: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
        for (stem, position, character), label in labels.labels.items():
            if position == PART and stem[0] in SECTIONS:
                base, side = split_side(label)
                self._parts[stem][base].setdefault(side, character)
        self.options = lru_cache(_CACHED)(self._options)

    def __contains__(self, stem: str) -> bool:
        return stem in self._parts and stem in self._codes

    def sides(self, stem: str, part: str) -> Mapping[str, str]:
        """The characters of a body part in a table by side; empty where it is not in there."""
        return self._parts[stem].get(part, {}) if stem in self._parts else {}

    def part_of(self, stem: str, character: str) -> tuple[str, str] | None:
        """Key and side of a body part character in a table."""
        label = self._labels.get((stem, PART, character))
        return split_side(label) if label else None

    def part_labels(self) -> Mapping[tuple[str, str], str]:
        """(body system, key) of every body part with one label of it, sides left out."""
        found: dict[tuple[str, str], str] = {}
        for (stem, position, _), label in self._labels.items():
            if position == PART and stem[0] in SECTIONS:
                base, _ = split_side(label)
                plain = _SIDE.sub("", label).strip(" ,")
                system = stem[1] if stem[0] == SURGICAL else stem[:2]
                found.setdefault((system, base), plain)
        return found

    def label(self, code: str, position: int) -> str:
        """What the character at a position (from 1) of a code means; "" where nothing says."""
        return self._labels.get((code[:3], position, code[position - 1]), "")

    def named(self, prefix: str, labels: tuple[str, ...]) -> str | None:
        """Of the next characters after a beginning of a code the first with one of the labels."""
        position = len(prefix) + 1
        options = sorted(self.options(prefix))
        for wanted in labels:
            for character in options:
                if self._labels.get((prefix[:3], position, character)) == wanted:
                    return character
        return None

    def _options(self, prefix: str) -> frozenset[str]:
        """The characters that may stand after the beginning of a code."""
        stem = prefix[:3]
        if stem not in self._codes:
            return frozenset()
        at = len(prefix)
        return frozenset(c[at] for c in self._codes.children(stem) if c.startswith(prefix))
