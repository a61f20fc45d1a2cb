"""Names of operations put together from the stem of an organ and an ending: "pyeloplasty".

Surgeons make more such names than any list has. The stem tells the body part, the ending the root
operation (codesets/pcs_words/stems.tsv and suffixes.tsv). Several stems in one name are several
body parts ("nephroureterectomy"), except before -ostomy, which leads from the first to the last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from coding.pcs.tables import SURGICAL, Tables, part_key
from coding.pcs.templates import ANY_PART, Template, word_rows
from coding.pcs.words import Found, Sentence

EXCISION, RESECTION, BYPASS = "B", "T", "1"
_BY_STEM = "="
_ENDED = re.compile(
    r"[a-z-]{3,}(?:tom|plast|rr?haph|pex|lys|des|clas|scop|centes|trips)(?:y|ies|[ie]s)"
)
# What stands before a stem and says how much or how, not where.
_BEFORE = re.compile(
    r"hemi-?|micro-?|sub-?|pan-?|endo-?|peri-?|para-?|trans-?|intra-?|video-?|mini-?"
)
_PARTLY = ("hemi", "sub")
_BETWEEN = ("o-", "i", "o", "a", "e", "-", "")
_CACHED = 2_048


@dataclass(frozen=True, slots=True)
class _Stem:
    """The body parts of a stem, by body system, and its root operations by ending."""

    places: tuple[tuple[str, str], ...]
    by_ending: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Composed:
    """A name taken apart: the word, and the codes that it stands for with axes still open."""

    words: str
    templates: tuple[Template, ...]


class Morphology:
    """Takes the names of operations apart."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._stems: dict[str, list[_Stem]] = {}
        for stem, (parts, ectomy, otomy, ostomy) in word_rows("stems", 5):
            by_ending = {"ectomy": ectomy, "otomy": otomy, "ostomy": ostomy}
            self._stems.setdefault(stem, []).append(_Stem(tuple(_places(parts)), by_ending))
        self._longest = max(len(stem) for stem in self._stems)
        self._endings = [
            (end, operation, usual) for end, (operation, usual) in word_rows("suffixes", 3)
        ]
        self._compose = lru_cache(_CACHED)(self._read)

    def find(self, sentence: Sentence) -> Iterator[Found[Composed]]:
        """Every word of a sentence that is such a name."""
        start = sentence.span.start
        for word in sentence.words:
            text = sentence.text[word.span.start - start : word.span.end - start].lower()
            if _ENDED.fullmatch(text):
                templates = self._compose(text)
                if templates:
                    yield Found(Composed(text, templates), (word,), 0)

    def _read(self, word: str) -> tuple[Template, ...]:
        one = re.sub(r"ies$", "y", word)
        one = re.sub(r"es$", "is", one)
        for end, operation, usual in self._endings:
            if one.endswith(end):
                if not operation:
                    return ()
                templates = tuple(self._templates(one[: -len(end)], end, operation, usual))
                if templates:
                    return templates
        return ()

    def _templates(self, stems: str, end: str, operation: str, usual: str) -> Iterator[Template]:
        before = _BEFORE.match(stems)
        partly = before is not None and before[0].startswith(_PARTLY)
        names = self._parted(stems) or (self._parted(stems[before.end() :]) if before else None)
        if not names:
            return
        if end == "ostomy" and len(names) > 1:
            names, operation = names[:1], BYPASS
        for name in names:
            for stem in self._stems[name]:
                root = stem.by_ending[end] if operation == _BY_STEM else operation
                if partly and root == RESECTION:
                    root = EXCISION
                yield from self._of_stem(stem, root, usual)

    def _parted(self, text: str) -> list[str] | None:
        """The stems that a text is made of, the longest first, joined by vowels; else None."""
        if not text:
            return []
        for length in range(min(len(text), self._longest), 1, -1):
            if text[:length] not in self._stems:
                continue
            for joint in _BETWEEN:
                if text.startswith(joint, length):
                    rest = self._parted(text[length + len(joint) :])
                    if rest is not None:
                        return [text[:length], *rest]
        return None

    def _of_stem(self, stem: _Stem, operation: str, usual: str) -> Iterator[Template]:
        if not operation:
            return
        by_system: dict[str, list[str]] = {}
        for system, key in stem.places:
            table = f"{SURGICAL}{system}{operation}"
            if table in self._tables and (key == ANY_PART or self._tables.sides(table, key)):
                by_system.setdefault(system, []).append(key)
        for system, keys in by_system.items():
            parts = () if ANY_PART in keys else tuple(keys)
            yield Template(SURGICAL, system, operation, parts, usual=usual)


def _places(cell: str) -> Iterator[tuple[str, str]]:
    for item in cell.split(";"):
        system, _, label = item.strip().partition(":")
        yield system, ANY_PART if label == ANY_PART else part_key(label)
