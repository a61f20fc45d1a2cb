"""The last two axes: what is left in the body, and the qualifier.

Source: ICD-10-PCS Official Guidelines B6.1a (only what remains is a device), B6.1b (sutures, clips
that close vessels on the way and temporary wound drains are none) and B3.4a (Diagnostic).
"""

from __future__ import annotations

from collections.abc import Iterable

from coding.pcs.approach import Chosen
from coding.pcs.tables import Tables
from coding.pcs.templates import word_rows
from coding.pcs.words import Found, Phrases, Sentence

# Values that an axis can take by the words that name them: labels of the release.
Labels = tuple[str, ...]
NONE = "Z"
# Root operations whose device the report tells anywhere: fixation, clips and bands, drains left in
# what was drained (B6.2), and those that cannot be without one.
_TOLD_ANYWHERE = frozenset("SLVRUGHWP9")
# Root operations whose qualifier the report tells anywhere: cement, donor, level, target.
_QUALIFIED_ANYWHERE = frozenset("R16YG")


class LabelWords:
    """Finds words that stand for values of an axis, from a list of codesets/pcs_words."""

    def __init__(self, name: str) -> None:
        self._phrases = Phrases(
            (word, tuple(label.strip() for label in labels.split(";")))
            for word, (labels,) in word_rows(name, 2)
        )

    def find(self, sentence: Sentence) -> list[Found[Labels]]:
        """The cues of a sentence."""
        return self._phrases.find(sentence)


def choose_device(
    prefix: str, near: Iterable[Found[Labels]], whole: Iterable[Found[Labels]], tables: Tables
) -> Chosen | None:
    """The device after a beginning of five characters that words name; None where none do."""
    anywhere = prefix[2] in _TOLD_ANYWHERE or NONE not in tables.options(prefix)
    return _named(prefix, near, tables) or (_named(prefix, whole, tables) if anywhere else None)


def choose_qualifier(
    prefix: str, near: Iterable[Found[Labels]], whole: Iterable[Found[Labels]], tables: Tables
) -> Chosen | None:
    """The qualifier after a beginning of six characters that words name; None where none do."""
    anywhere = prefix[2] in _QUALIFIED_ANYWHERE or NONE not in tables.options(prefix)
    return _named(prefix, near, tables) or (_named(prefix, whole, tables) if anywhere else None)


def _named(prefix: str, cues: Iterable[Found[Labels]], tables: Tables) -> Chosen | None:
    """The value with the most words for it, of equal ones the first named."""
    best: tuple[int, int, Chosen] | None = None
    for cue in cues:
        value = tables.named(prefix, cue.item)
        if value is not None:
            rank = (-len(cue.words), cue.span.start)
            if best is None or rank < best[:2]:
                best = (*rank, Chosen(value, (cue.span,)))
    return best[2] if best else None
