"""A term index over a handful of wordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from codesets.lexicon import Lexicon
from coding.terms import TermIndex, build_terms


class _Codes:
    """As much of a code system as building terms asks for."""

    def __init__(self, terms: Mapping[str, str]) -> None:
        self._terms = terms

    def __contains__(self, value: str) -> bool:
        return value in self._terms.values()

    def terms(self) -> Iterator[tuple[str, str, str]]:
        for text, code in self._terms.items():
            yield code, text, "title"


def index_of(terms: Mapping[str, str]) -> TermIndex:
    """An index of wordings -> codes."""
    nothing = Lexicon(
        terms=(),
        abbreviations=(),
        chronic=frozenset(),
        history=(),
        family=(),
        integral=(),
        vague=frozenset(),
        sha256="",
    )
    return build_terms(_Codes(terms), nothing)  # type: ignore[arg-type]
