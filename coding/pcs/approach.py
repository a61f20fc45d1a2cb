"""The approach: what the words near an operation say of it, else what the whole report does.

Source: ICD-10-PCS Official Guidelines B5.2 - B5.4 and the definitions of the approaches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coding.pcs.templates import word_rows
from coding.pcs.words import Found, Phrases, Sentence
from coding.types import Span

ANY_SYSTEM = "*"
# Words for the approach itself; less strong ones only tell of steps.
_NAMED = 3
OPEN, PERCUTANEOUS, EXTERNAL = "0", "3", "X"


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that tell an approach to some body systems; `strength`: 1 (a step) to 3 (its name)."""

    approach: str
    systems: str
    strength: int

    def fits(self, system: str, options: frozenset[str]) -> bool:
        """Whether it can be the way to a body system in a table with these approaches."""
        reaches = self.systems == ANY_SYSTEM or system in self.systems
        return reaches and self.approach in options


@dataclass(frozen=True, slots=True)
class Chosen:
    """A value of an axis and the words that say so; none where it is a guess."""

    value: str
    spans: tuple[Span, ...]


class ApproachWords:
    """Finds what sentences say of the approach."""

    def __init__(self) -> None:
        self._phrases = Phrases(
            (word, Cue(approach, systems, int(strength)))
            for word, (approach, systems, strength) in word_rows("approaches", 4)
        )

    def find(self, sentence: Sentence) -> list[Found[Cue]]:
        """The cues of a sentence."""
        return self._phrases.find(sentence)


def choose_approach(
    near: Sequence[Found[Cue]],
    whole: Iterable[Found[Cue]],
    system: str,
    options: frozenset[str],
) -> Chosen | None:
    """The approach by words near the operation, else by the whole report; None where none tells."""
    named = [c for c in near if c.item.fits(system, options) and c.item.strength == _NAMED]
    return _strongest(named) or _strongest(c for c in whole if c.item.fits(system, options))


def _strongest(cues: Iterable[Found[Cue]]) -> Chosen | None:
    """The approach with the strongest word, of equal ones that told most often.

    Guideline B5.2: what was converted to open is open.
    """
    by_approach: dict[str, list[Found[Cue]]] = {}
    for cue in cues:
        by_approach.setdefault(cue.item.approach, []).append(cue)
    if not by_approach:
        return None

    def weight(approach: str) -> tuple[int, int, str]:
        told = by_approach[approach]
        return max(c.item.strength for c in told), len(told), approach

    best = max(by_approach, key=weight)
    strongest = max(by_approach[best], key=lambda c: (c.item.strength, -c.span.start))
    return Chosen(best, (strongest.span,))
