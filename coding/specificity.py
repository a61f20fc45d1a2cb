"""From a code a note names to the most specific one its words support.

A mention of "otitis media" names H66.9; "right" beside it makes it H66.91. The descent follows the
tabular list: at each header the child whose distinguishing words stand near the mention is taken,
else the child that says nothing more ("unspecified"), as the Official Guidelines' Section I.B.2
(highest level of detail documented) and I.A.9.b (unspecified codes) ask.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from codesets.words import normalise
from coding.protocols import CodeSystem
from coding.terms import IGNORED

_OPEN = re.compile(r"\bunspecified\b|\bNOS\b", re.I)
_WITHOUT = re.compile(r"\bwithout\b|\bnot\b|\bno\b", re.I)
_ASIDE = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_ABSENT = (_OPEN, _WITHOUT, re.compile(r"\bother\b", re.I))
# Seventh characters by what the note says of the episode of care (I.C.19.a).
_SEQUELA = frozenset({"sequela", "late"})
_AFTERCARE = frozenset({"follow", "aftercare", "postop", "healing", "heal", "subsequ", "recheck"})
_OPEN_WOUND = frozenset({"open", "compound"})


class Specificity:
    """Descends the tabular list of one release."""

    def __init__(self, codes: CodeSystem) -> None:
        self._codes = codes
        self._children: dict[str, tuple[tuple[str, frozenset[str], bool], ...]] = {}

    def refine(self, value: str, near: Mapping[str, int]) -> str:
        """The most specific code at or beside `value` that the words near a mention support.

        `near` maps stems around the mention to their distance in words (0 within it). The result
        is billable unless the tabular list leaves no way to choose.
        """
        start = self._opened(value)
        leaf, said_more = self._descend(start, near)
        return leaf if said_more or start == value else self._descend(value, near)[0]

    def _opened(self, value: str) -> str:
        """The nearest ancestor that an unspecified code leaves open, else the code itself."""
        while len(value) > 3 and _OPEN.search(self._codes.title(value)):
            parent = self._codes.parent(value)
            if parent is None:
                break
            value = parent
        return value

    def _descend(self, value: str, near: Mapping[str, int]) -> tuple[str, bool]:
        """Go down to a billable code; also whether words of the note chose any step."""
        said_more = False
        while not self._codes.billable(value):
            child = self._supported_child(value, near)
            said_more = said_more or child is not None
            child = child or self._seventh(value, near) or self._open_child(value)
            if child is None:
                break
            value = child
        return value, said_more

    def _supported_child(self, value: str, near: Mapping[str, int]) -> str | None:
        """The child whose distinguishing words all stand near, the nearest and richest first."""
        best: tuple[int, int, str] | None = None
        for child, words, says_absent in self._described(value):
            if says_absent or not words or not all(w in near for w in words):
                continue
            key = (-len(words), max(near[w] for w in words), child)
            best = key if best is None or key < best else best
        return best[2] if best else None

    def _described(self, value: str) -> tuple[tuple[str, frozenset[str], bool], ...]:
        """Children with the stems that set them apart from their parent and siblings."""
        known = self._children.get(value)
        if known is None:
            parent = self._codes.title(value)
            own = _stems(parent)
            described = []
            for child in self._codes.children(value):
                title = self._codes.title(child)
                words = _stems(title) - own
                absent = any(p.search(title) and not p.search(parent) for p in _ABSENT)
                described.append((child, words, absent))
            known = self._children[value] = tuple(described)
        return known

    def _open_child(self, value: str) -> str | None:
        """The child that adds nothing to its parent: unspecified, else "without ...", else 9."""
        children = self._codes.children(value)
        if len(children) == 1:
            return children[0]
        for pattern in (_OPEN, _WITHOUT):
            for child in reversed(children):
                if pattern.search(self._codes.title(child)):
                    return child
        return next((c for c in children if c.endswith("9")), None)

    def _seventh(self, value: str, near: Mapping[str, int]) -> str | None:
        """The 7th-character child for the episode of care, where the children are such."""
        children = {child[-1]: child for child in self._codes.children(value) if len(child) == 8}
        if "A" not in children:
            return None
        if _SEQUELA & near.keys() and "S" in children:
            return children["S"]
        if _AFTERCARE & near.keys() and "D" in children:
            return children["D"]
        if _OPEN_WOUND & near.keys() and "B" in children:
            return children["B"]
        return children["A"]


def _stems(title: str) -> frozenset[str]:
    return frozenset(token.stem for token in normalise(_ASIDE.sub("", title))) - IGNORED
