"""What each mention of a note claims: a code, how surely, and the words for each axis of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from coding.pcs.ancillary_codes import Completions
from coding.pcs.ancillary_links import Join, Sentences
from coding.pcs.ancillary_words import AncillaryWords, Mention, Modality, Part, Place, Procedure
from coding.types import Span

# How surely a modality with its body part gives the code.
_COMPOSED = 0.8
# What is left of it for the second and the third place that may be meant.
_RANK_SHARES = (1.0, 0.4, 0.25)
# What is left where the note does not tell which of two sides.
_ONE_OF_TWO = 0.4
# Both kidneys are imaged where no side is told, but only one is sampled.
_SAMPLED = frozenset({"surgical", "skin"})


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of the note and what of a code it supports: a wording or an axis."""

    span: Span
    source: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A code that some words may stand for; `prior` in (0, 1] is how surely they do."""

    code: str
    prior: float
    words: tuple[Words, ...]


class Claims:
    """The claims of one note in one release."""

    def __init__(
        self, sentences: Sentences, words: AncillaryWords, completions: Completions
    ) -> None:
        self._sentences = sentences
        self._words = words
        self._completions = completions

    def all(self) -> Iterator[Claim]:
        """Those of fixed wordings, then those of modalities with their body parts."""
        for mention in self._sentences.mentions:
            if isinstance(mention.item, Procedure):
                yield from self._fixed(mention, mention.item)
        for join in self._sentences.joins():
            if isinstance(join.modality.item, Modality):
                yield from self._composed(join, join.modality.item)

    def _fixed(self, mention: Mention, procedure: Procedure) -> Iterator[Claim]:
        words = Words(self._sentences.span(mention), f"procedure:{procedure.wording}")
        for place, rank_share in zip(procedure.places, _RANK_SHARES, strict=False):
            for code, share, side in self._sided(place, mention, self._completions.complete, True):
                yield Claim(code, procedure.prior * rank_share * share, (words, *side))

    def _composed(self, join: Join, modality: Modality) -> Iterator[Claim]:
        typed = Words(self._sentences.span(join.modality), f"axis:Type={modality.name}")
        found = False
        for part, mentions in self._together(join, modality):
            for claim in self._of_part(join, modality, part, mentions):
                found = True
                yield Claim(claim.code, claim.prior, (typed, *claim.words))
        code = self._completions.complete(modality.default) if not found else None
        if code is not None:
            yield Claim(code, _COMPOSED, (typed,))

    def _of_part(
        self, join: Join, modality: Modality, part: Part, mentions: tuple[Mention, ...]
    ) -> Iterator[Claim]:
        source = f"axis:Body Part={' and '.join(sorted(part.names))}"
        located = tuple(Words(self._sentences.span(m), source) for m in mentions)
        complete = self._completing(modality, contrast=self._sentences.contrast(join.modality))
        ranks = iter(_RANK_SHARES)
        both = modality.places not in _SAMPLED
        for place in part.places.get(modality.places, ()):
            sided = tuple(self._sided(place, mentions[0], complete, both))
            rank_share = next(ranks, None) if sided else None
            if rank_share is not None:
                for code, share, side in sided:
                    prior = _COMPOSED * join.sureness * rank_share * share
                    yield Claim(code, prior, (*located, *side))

    def _together(
        self, join: Join, modality: Modality
    ) -> Iterator[tuple[Part, tuple[Mention, ...]]]:
        """The parts of a join as codes tell them: as one where there is a code for all of them."""
        named = [(m, m.item) for m in join.parts if isinstance(m.item, Part)]
        names = frozenset(name for _, part in named for name in part.names)
        whole = self._words.part(names)
        if whole is not None and self._coded(whole, modality):
            yield whole, join.parts
            return
        for mention, part in named:
            if self._coded(part, modality):
                yield part, (mention,)
                continue
            ones = (self._words.part(frozenset({name})) for name in sorted(part.names))
            yield from ((one, (mention,)) for one in ones if one is not None)

    def _coded(self, part: Part, modality: Modality) -> bool:
        """Whether the release has a code for a part under a modality."""
        complete = self._completing(modality, contrast=False)
        places = part.places.get(modality.places, ())
        return any(complete(place.right) or complete(place.both) for place in places)

    def _completing(self, modality: Modality, *, contrast: bool) -> Callable[[str], str | None]:
        def complete(place: str) -> str | None:
            if not place:
                return None
            beginning = modality.code(place)
            return self._completions.complete(beginning, modality.ending, contrast)

        return complete

    def _sided(
        self,
        place: Place,
        mention: Mention,
        complete: Callable[[str], str | None],
        both_untold: bool,
    ) -> Iterator[tuple[str, float, tuple[Words, ...]]]:
        """The codes of a place on the side that the note tells, each with its share of the prior.

        `both_untold`: the code of both sides is meant where the note tells none.
        """
        if not place.sided:
            code = complete(place.right)
            yield from [(code, 1.0, ())] if code else []
            return
        told = self._sentences.side(mention.first, mention.last)
        side = told[0] if told else ""
        words = (Words(told[1], f"axis:Body Part={side}"),) if told else ()
        both = complete(place.both)
        chosen = {"right": (place.right,), "left": (place.left,)}.get(side)
        if chosen is None and both is not None and (side or both_untold):
            yield both, 1.0, words
            return
        sure = chosen is not None or side == "both" or place.pair
        for characters in chosen or (place.right, place.left):
            code = complete(characters)
            if code is not None:
                yield code, 1.0 if sure else _ONE_OF_TWO, words
