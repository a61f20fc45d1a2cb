"""What belongs to a larger procedure and is not coded beside it.

Source: ICD-10-PCS Official Guidelines B3.1b (reaching and closing the site, anastomosis), B3.11a
(inspection of what is operated on), B6.1b (sutures and wound drains).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from coding.pcs.build import Built
from coding.pcs.note_words import Where

INSPECTION, REPAIR = "J", "Q"
# Body systems that an inspection of one region looks at.
_REGIONS = {
    "0WJG": "467BDFGTUVW",
    "0WJ9": "2B7W",
    "0WJB": "2B7W",
    "0WJC": "2B7GW",
    "0DJ": "D6FW",
    "0BJ": "BW",
    "0TJ": "TV",
    "0UJ": "UW",
    "0CJ": "CB",
    "09J": "9",
    "0FJ": "F",
    "08J": "8",
    "0SJ": "SLMQ",
    "0RJ": "RLMP",
    "0VJ": "V",
    "0JJ": "J",
}
# Root operations that a verb of the description may name as procedures of their own: what else is
# sewn, moved, drained or looked at there is a step.
_OBJECTIVES = frozenset("BCTN7L5DF")
# Layers cut and sewn on the way to every site.
_LAYERS = ("H", "J", "K", "X", "Y")
_SKIN = ("H", "J")
# What anaesthesia and aftercare put in at every operation: airway, bladder and stomach tubes,
# lines, chest tubes after a thoracotomy.
_ACCESSORY = (
    "0BH17E",
    "0T9B70Z",
    "0D96",
    "02HW32",
    "03H",
    "0W9900Z",
    "0W9B00Z",
    "0W9930Z",
    "0W9B30Z",
)


def without_components(built: Sequence[Built]) -> list[Built]:
    """The codes that stand by themselves: in the report of an operation those of its titles,
    and of its description what is no step on the way.
    """
    titles = [b for b in built if b.scene.line.where is Where.TITLE]
    if not titles:
        return list(built)
    named = {b.code for b in titles}
    return [
        b
        for b in built
        if not _inspects(b, titles) and not _is_step(b, named) and not _closes(b, titles)
    ]


def _inspects(one: Built, titles: Iterable[Built]) -> bool:
    """Guideline B3.11a: what is operated on is looked at; the same scope codes nothing more."""
    if one.code[2] != INSPECTION:
        return False
    region = _REGIONS.get(one.code[:4]) or _REGIONS.get(one.code[:3])
    if region is None:
        return False
    return any(
        other.code[2] != INSPECTION and other.code[0] == "0" and other.code[1] in region
        for other in titles
    )


def _closes(one: Built, titles: Iterable[Built]) -> bool:
    """Guideline B3.1b: what was opened or cut out of is closed, and that is no repair."""
    if one.code[2] != REPAIR:
        return False
    others = [other for other in titles if other.code[2] != REPAIR]
    if one.code[1] in _SKIN and any(
        other.code[1] in _SKIN and other.scene is one.scene for other in others
    ):
        return True
    if not (one.act.general or one.code[1] in _SKIN):
        return False
    return any(other.code[1] == one.code[1] and other.code[3] == one.code[3] for other in others)


def _is_step(one: Built, named: Iterable[str]) -> bool:
    """Guideline B3.1b: steps of the description on the way to what the titles name."""
    if one.scene.line.where is not Where.DESCRIPTION or one.code in named:
        return False
    if one.code.startswith(_ACCESSORY):
        return True
    if not one.act.general:
        return False
    return one.code[2] not in _OBJECTIVES or one.code[1] in _LAYERS
