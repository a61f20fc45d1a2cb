"""From a code a note names to the most specific one its words support.

A mention of "otitis media" names H66.9; "right" beside it makes it H66.91. The descent follows the
tabular list: at each header the child whose distinguishing words stand near the mention is taken,
else the child that says nothing more ("unspecified"), as the Official Guidelines' Section I.B.2
(highest level of detail documented) and I.A.9.b (unspecified codes) ask.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from coding.protocols import CodeSystem
from coding.terms import stem_set

_OPEN = re.compile(
    r"^other and unspecified\b|\bunspecified whether\b[^,]*|\bwith stage \d.*\bor unspecified\b.*"
    r"|(?:\bwith )?\bunspecified(?: (?:part|site|type|organism|duration|severity))?\b|\bNOS\b"
    r"|\bnot specified(?: as \w+)?|(?:with [^,]*)?\bstatus unknown\b",
    re.I,
)
_WITHOUT = re.compile(r"\bwithout\b|\bnot\b|\bno\b|\buncomplicated\b", re.I)
_WITHOUT_CLAUSE = re.compile(r"\b(?:without|not|no)\b[^,]*|\buncomplicated\b", re.I)
_WITH = re.compile(r"\bwith\b", re.I)
_ASIDE = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_OTHER = re.compile(r"^other\b", re.I)
# A fracture not said to be nondisplaced or open is displaced and closed (I.C.19.c).
_PRESUMED = frozenset({"displac", "close"})
# "Stage 3b" is a stage 3.
_SUBLEVEL = re.compile(r"stage:[1-5][a-d]")
# Seventh characters by what the note says of the episode of care (I.C.19.a).
_SEQUELA = frozenset({"sequela", "late"})
_AFTERCARE = frozenset({"follow", "aftercare", "postop", "healing", "heal", "subsequ", "recheck"})
_OPEN_WOUND = frozenset({"open", "compound"})


class Specificity:
    """Descends the tabular list of one release."""

    def __init__(self, codes: CodeSystem) -> None:
        self._codes = codes
        self._children: dict[str, tuple[tuple[str, frozenset[str], bool], ...]] = {}

    def refine(self, value: str, near: Mapping[str, int], own: frozenset[str] = frozenset()) -> str:
        """The most specific code at or beside `value` that the words near a mention support.

        `near` maps stems around the mention to their distance in words (0 within it), `own` are
        the stems of the term that named the code. The result is billable unless the tabular list
        leaves no way to choose.
        """
        near = {**{stem[:-1]: n for stem, n in near.items() if _SUBLEVEL.fullmatch(stem)}, **near}
        # The mention's own words have named this code already: only others can say more.
        own = own | _stems(self._codes.title(value))
        others = {stem: n for stem, n in near.items() if n or stem not in own}
        for above in self._left_open(value):
            child = self._supported_child(above, others)
            if child is not None:
                return self._descend(child, others)
        return self._descend(value, near)

    def _left_open(self, value: str) -> Sequence[str]:
        """The ancestors that an unspecified code leaves open, the widest first."""
        above: list[str] = []
        while len(value) > 3 and _OPEN.search(self._codes.title(value)):
            parent = self._codes.parent(value)
            if parent is None:
                break
            above.insert(0, parent)
            value = parent
        return above

    def _descend(self, value: str, near: Mapping[str, int]) -> str:
        """Go down to a billable code: where the words lead, else to the child that leaves open."""
        while not self._codes.billable(value):
            child = (
                self._supported_child(value, near)
                or self._seventh(value, near)
                or self._open_child(value)
            )
            if child is None:
                break
            value = child
        return value

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
                (child, its - same, _leaves_open(self._codes.title(child), parent))
                for child, its in zip(children, words, strict=True)
            )
        return known

    def _open_child(self, value: str) -> str | None:
        """The child that adds least to its parent: unspecified, else "without ...", else 9."""
        described = self._described(value)
        if len(described) == 1:
            return described[0][0]
        choices = [
            (preference, child)
            for child, _, _ in described
            if (preference := _openness(child, self._codes.title(child), self._codes.title(value)))
        ]
        return min(choices)[1] if choices else None

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


def _openness(child: str, title: str, parent: str) -> tuple[int, int, int] | None:
    """How readily a child is taken when nothing is said, readiest least; None: never.

    First unspecified, then "without ...", then what says the same as its parent, then 9; among
    them by the number of words that claim more than the parent's, and of those left open.
    """
    plain = _OPEN.sub("", title)
    if _is_residual(plain, parent) or _adds(_WITH, plain, _OPEN.sub("", parent)):
        return None
    claimed = len(_stems(_WITHOUT_CLAUSE.sub("", plain)) - _stems(parent) - _PRESUMED)
    left_open = -len(_OPEN.findall(title))
    if plain != title:
        return (0 if claimed == 0 else 2, claimed, left_open)
    if _adds(_WITHOUT, title, parent):
        return (1, claimed, left_open)
    if claimed == 0 or child.endswith("9"):
        return (3, claimed, left_open)
    return None


def _leaves_open(title: str, parent: str) -> bool:
    """Whether a title is residual or says what is absent, unlike its parent."""
    plain = _OPEN.sub("", title)
    return _is_residual(plain, parent) or _adds(_WITHOUT, plain, _OPEN.sub("", parent))


def _is_residual(title: str, parent: str) -> bool:
    """Whether a title is what its siblings leave over; below a residual header none is."""
    return bool(_OTHER.search(title)) and not _OTHER.search(parent)


def _adds(pattern: re.Pattern[str], title: str, parent: str) -> bool:
    """Whether a title says once more than its parent what the pattern looks for."""
    return len(pattern.findall(title)) > len(pattern.findall(parent))


def _stems(title: str) -> frozenset[str]:
    return stem_set(_ASIDE.sub("", title))
