"""From a code a note names to the most specific one its words support.

A mention of "otitis media" names H66.9; "right" beside it makes it H66.91. The descent follows the
tabular list: at each header the child whose distinguishing words stand near the mention is taken,
else the child that says nothing more ("unspecified"), as the Official Guidelines' Section I.B.2
(highest level of detail documented) and I.A.9.b (unspecified codes) ask.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from codesets.words import normalise
from coding.protocols import CodeSystem
from coding.terms import IGNORED

_OPEN = re.compile(r"\bunspecified\b|\bNOS\b", re.I)
_WITHOUT = re.compile(r"\bwithout\b|\bnot\b|\bno\b", re.I)
_WITH = re.compile(r"\bwith\b", re.I)
_ASIDE = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_ABSENT = (_OPEN, _WITHOUT, re.compile(r"\bother\b", re.I))
# A fracture not said to be nondisplaced or open is displaced and closed (I.C.19.c).
_PRESUMED = frozenset({"displac", "close"})
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
            said = words & near.keys()
            if says_absent or not said or words - said - _PRESUMED:
                continue
            key = (-len(said), max(near[w] for w in said), child)
            best = key if best is None or key < best else best
        return best[2] if best else None

    def _described(self, value: str) -> tuple[tuple[str, frozenset[str], bool], ...]:
        """Children with the stems that set them apart from their parent and siblings."""
        known = self._children.get(value)
        if known is None:
            parent = self._codes.title(value)
            children = self._codes.children(value)
            words = [_stems(self._codes.title(child)) for child in children]
            # What most children say sets none apart: those of H66.9- speak of an ear.
            said = Counter(stem for its in words for stem in its)
            most = {stem for stem, n in said.items() if len(words) > 1 and 2 * n > len(words)}
            same = _stems(parent) | most
            known = self._children[value] = tuple(
                (child, its - same, any(_adds(p, self._codes.title(child), parent) for p in _ABSENT))
                for child, its in zip(children, words, strict=True)
            )
        return known

    def _open_child(self, value: str) -> str | None:
        """The child that adds least to its parent: unspecified, else "without ...", else 9."""
        described = self._described(value)
        if len(described) == 1:
            return described[0][0]
        choices = [
            (preference, len(words - _PRESUMED), child)
            for child, words, _ in described
            if (preference := self._openness(child, words, value)) is not None
        ]
        return min(choices)[2] if choices else None

    def _openness(self, child: str, words: frozenset[str], value: str) -> int | None:
        """How readily a child is taken when nothing is said; None: never."""
        title, parent = self._codes.title(child), self._codes.title(value)
        if _adds(_OPEN, title, parent):
            # "with unspecified complications" claims complications: the last resort.
            says_more = words - _PRESUMED or _adds(_WITH, title, parent)
            return 2 if says_more else 0
        if _adds(_WITHOUT, title, parent):
            return 1
        return 3 if child.endswith("9") else None

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


def _adds(pattern: re.Pattern[str], title: str, parent: str) -> bool:
    """Whether a title says once more than its parent what the pattern looks for."""
    return len(pattern.findall(title)) > len(pattern.findall(parent))


def _stems(title: str) -> frozenset[str]:
    return frozenset(token.stem for token in normalise(_ASIDE.sub("", title))) - IGNORED
