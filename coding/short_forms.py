"""Abbreviations in a text, spelled out in the words of titles and terms."""

from __future__ import annotations

from collections.abc import Sequence

from codesets.lexicon import Abbreviation
from codesets.words import Token, normalise

_LONGEST = 3
_SIDES = {"R": "right", "L": "left"}


class ShortForms:
    """Abbreviations by their words as a tokenizer splits them."""

    def __init__(self, abbreviations: Sequence[Abbreviation]) -> None:
        self._forms: dict[tuple[str, ...], list[tuple[Abbreviation, tuple[str, ...]]]] = {}
        for entry in abbreviations:
            key = tuple(token.stem for token in normalise(entry.short, levels=True))
            stems = tuple(token.stem for token in normalise(entry.long, levels=True))
            self._forms.setdefault(key, []).append((entry, stems))

    def at(self, tokens: Sequence[Token], i: int, text: str) -> tuple[int, tuple[str, ...]] | None:
        """The longest short form that starts at token i: (tokens it takes, stems it stands for)."""
        for length in range(min(_LONGEST, len(tokens) - i), 0, -1):
            key = tuple(token.stem for token in tokens[i : i + length])
            for entry, stems in self._forms.get(key, ()):
                written = text[tokens[i].start : tokens[i + length - 1].end]
                if _same(entry, written):
                    return length, stems
        side = _side(tokens, i, text)
        return (1, (side,)) if side else None

    def stems(self, text: str) -> tuple[str, ...]:
        """The stems of a wording with its short forms spelled out."""
        tokens = normalise(text, levels=True)
        found: list[str] = []
        i = 0
        while i < len(tokens):
            taken, stems = self.at(tokens, i, text) or (1, (tokens[i].stem,))
            found += stems
            i += taken
        return tuple(found)


def _same(entry: Abbreviation, written: str) -> bool:
    if entry.exact_case:
        return written == entry.short
    return written.casefold() == entry.short.casefold()


def _side(tokens: Sequence[Token], i: int, text: str) -> str | None:
    """The side that a lone capital names before a word in small letters: "R knee"."""
    here = tokens[i]
    side = _SIDES.get(text[here.start : here.end])
    if side is None or i + 1 == len(tokens):
        return None
    following = tokens[i + 1].start
    beside = text[here.end : following] == " " and text[following].islower()
    return side if beside else None
