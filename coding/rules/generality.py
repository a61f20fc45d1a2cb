"""How general a code is: up to which ancestor its title says no more than the ancestor's.

"E11.9 Type 2 diabetes mellitus without complications" says no more than E11, "N18.30 ... stage 3
unspecified" no more than N18.3. Read from titles and the tree, since no release marks it.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from coding.protocols import CodeSystem
from coding.rules.notes import lineage

_WORD = re.compile(r"[a-z0-9]+")
_ASIDE = re.compile(r"\([^)]*\)")
_ABSENCE = re.compile(r"\bwithout\b|\bnot(?! elsewhere)(?! specified)\b|\buncomplicated\b")
_OPEN = re.compile(r"\bunspecified\b|\bnot specified\b|\bnos\b")
_SIDES = frozenset({"right", "left", "bilateral"})
_GRAMMAR = ("a", "an", "and", "as", "by", "for", "in", "nec", "nos", "not", "of", "on", "or", "to")
_VAGUE = ("other", "specified", "unspecified", "type", "site", "organism", "part", "the", "with")
_PLACES = ("ear", "eye", "female", "limb", "male", "side")
_FILLER = frozenset((*_GRAMMAR, *_VAGUE, *_PLACES))
_ENCOUNTER = re.compile(r", (?:initial|subsequent) encounter.*|, sequela$")


def scope(value: str, codes: CodeSystem) -> str | None:
    """The widest ancestor that the code adds nothing to; nothing where the code is specific."""
    line = lineage(value, codes)
    if len(value) == 8:  # the 7th character tells the encounter, not the condition
        line = line[1:]
    reached = None
    for one, above in pairwise(line):
        if not _adds_nothing(_title(one, codes), _title(above, codes)):
            break
        reached = above
    return reached


def condition(value: str) -> str:
    """The code without the 7th character, which tells the encounter and not the condition."""
    return value[:7].rstrip("X").rstrip(".") if len(value) == 8 else value


def stem(value: str, codes: CodeSystem) -> frozenset[str]:
    """The words of the title that name the condition: no filler, side or stated absence."""
    title = _title(value, codes)
    absence = _ABSENCE.search(title)
    return frozenset(_words(title[: absence.start()] if absence else title)) - _SIDES


def denied(value: str, codes: CodeSystem) -> frozenset[str]:
    """The words of the title that it says are absent: "without obstruction or gangrene"."""
    title = _title(value, codes)
    absence = _ABSENCE.search(title)
    return frozenset(_words(title[absence.start() :])) if absence else frozenset()


def sides(value: str, codes: CodeSystem) -> frozenset[str]:
    """The sides of the body that the title names."""
    return frozenset(_WORD.findall(_title(value, codes))) & _SIDES


def title_words(value: str, codes: CodeSystem) -> frozenset[str]:
    """All words of the title but filler."""
    return frozenset(_words(_title(value, codes)))


def _title(value: str, codes: CodeSystem) -> str:
    return _ENCOUNTER.sub("", _ASIDE.sub(" ", codes.title(value).lower()))


def _words(title: str) -> list[str]:
    found = (w.removesuffix("s") if len(w) > 3 else w for w in _WORD.findall(title))
    return [w for w in found if w not in _FILLER]


def _adds_nothing(title: str, above: str) -> bool:
    """Whether a title only leaves open, denies or places on a side what the one above it says."""
    if len(_OPEN.findall(title)) > len(_OPEN.findall(above)):
        return True
    absences = list(_ABSENCE.finditer(title))
    if len(absences) > len(_ABSENCE.findall(above)):
        title = title[: absences[-1].start()]
    elif not _OPEN.search(title):
        return False
    more = Counter(_words(title)) - Counter(_words(above))
    return not set(more) - _SIDES
