"""(Reading, candidates) -> what the trained ranker sees: the one function of training and serving.

A candidate has features (models/encode.py and those below) and the vector of its code; each of its
mentions has the encoder's state over its words and features of its place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coding.lookup import Lookup
from coding.protocols import CodeSystem
from coding.sections import section_kinds
from coding.types import Assertion, Candidate, Evidence, Reading, Span
from models.encode import FEATURES, encode
from models.phrases import Count, PhraseTable, phrases_of
from models.wording_vectors import WordingVectors

if TYPE_CHECKING:
    # Fitting reads the names of features and has no runtime for the encoder.
    from models.encoded import EncodedNotes

NOTE_INPUT_VERSION = 1
# Mentions of one candidate that are looked at; a chart repeats its problems.
MAX_MENTIONS = 4

GENERATORS = ("lexical", "phrases", "dense")
LEARNT = (
    *(f"by_{name}" for name in GENERATORS),
    "phrase_rate",
    "phrase_seen",
    "sentence_similarity",
    "mention_similarity",
    "best_similarity_here",
    "behind_best",
)
CANDIDATE_FEATURES = (*FEATURES, *LEARNT)
_KINDS = (
    "diagnosis", "complaint", "history", "exam", "results", "plan", "medications", "family",
    "social", "instructions", "procedure", "other", "none",
)  # fmt: skip
MENTION_FEATURES = (
    *(f"kind_{kind}" for kind in _KINDS),
    *(f"says_{assertion.value}" for assertion in Assertion),
    "depth",
    "line_share",
    "opens_section",
    "weight",
)

TREE_FEATURES = (*CANDIDATE_FEATURES, *(f"any_{name}" for name in MENTION_FEATURES))
"""What the trees see of a candidate: its features, and the greatest of each over its mentions."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class NoteInput:
    """Arrays of one note: n candidates, m mentions in order of candidate.

    `features` (n, CANDIDATE_FEATURES), `code_vectors` (n, wording dimensions), `states` (m, width
    of the encoder), `places` (m, MENTION_FEATURES), `mention_of` (m) the candidate of each mention,
    `spans` (m) where it stands.
    """

    features: Floats
    code_vectors: Floats
    states: Floats
    places: Floats
    mention_of: NDArray[np.int64]
    spans: tuple[Span, ...]


def tree_features(features: Floats, places: Floats, mention_of: NDArray[np.int64]) -> Floats:
    """TREE_FEATURES of candidates, (n, ...): each has a mention at least."""
    greatest = np.full((len(features), places.shape[1]), -1.0, dtype=np.float32)
    np.maximum.at(greatest, mention_of, places)
    return np.concatenate([features, greatest], axis=1)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a note is seen with: encoder, wordings and phrases; `without` leaves a chart out."""

    encoded: EncodedNotes
    wordings: WordingVectors
    phrases: PhraseTable
    without: PhraseTable | None = None


def encode_note(
    reading: Reading, candidates: Sequence[Candidate], codes: CodeSystem, sight: Sight
) -> NoteInput:
    """Everything the trained ranker looks at, of all candidates of a note (at least one)."""
    lookup = Lookup(reading)
    mentions = [(n, e) for n, c in enumerate(candidates) for e in _chosen(c)]
    sentences = [lookup.sentence_at(e.span) or e.span for _, e in mentions]
    states = sight.encoded.states(reading, sentences)
    over = np.array(
        [s.over(e.span.start, e.span.end) for s, (_, e) in zip(states, mentions, strict=True)]
    )
    whole = np.array([s.mean for s in states])
    mention_of = np.array([n for n, _ in mentions], dtype=np.int64)
    similar = _similarities(candidates, mention_of, over, whole, sight.wordings)
    learnt = [
        (*_generated(c), *_reported(c, reading, sight), *similar[n])
        for n, c in enumerate(candidates)
    ]
    own = encode(reading, candidates, codes)
    return NoteInput(
        features=np.column_stack([own, learnt]).astype(np.float32),
        code_vectors=np.array([sight.wordings.centre(c.code.value) for c in candidates]),
        states=np.asarray(over, dtype=np.float32),
        places=np.array([_place(e, reading, lookup) for _, e in mentions], dtype=np.float32),
        mention_of=mention_of,
        spans=tuple(e.span for _, e in mentions),
    )


def _chosen(candidate: Candidate) -> list[Evidence]:
    """The mentions looked at: what is affirmed first, then the heaviest, then the earliest."""
    order = sorted(candidate.evidence, key=lambda e: (not e.affirmed, -e.weight, e.span))
    return order[:MAX_MENTIONS]


def _generated(candidate: Candidate) -> tuple[float, ...]:
    return tuple(float(name in candidate.generators) for name in GENERATORS)


def _reported(candidate: Candidate, reading: Reading, sight: Sight) -> tuple[float, float]:
    """How often its code was reported with the phrases it rests on, and ln(1 + seen) / 5."""
    best = Count(0, 0)
    for evidence in _chosen(candidate):
        for phrase in phrases_of(reading.note.text, evidence.span):
            count = sight.phrases.of(phrase.key, candidate.code.value, sight.without)
            best = max(best, count, key=lambda c: (c.rate, c.seen))
    return best.rate, math.log1p(best.seen) / 5


def _similarities(
    candidates: Sequence[Candidate],
    mention_of: NDArray[np.int64],
    over: Floats,
    whole: Floats,
    wordings: WordingVectors,
) -> list[tuple[float, float, float, float]]:
    """Of each candidate: cosine of its sentence and of its words to the nearest wording.

    Then the greatest cosine that any candidate has to that sentence, and the distance behind it.
    """
    sentences, words = wordings.unit(whole), wordings.unit(over)
    found = []
    for number, candidate in enumerate(candidates):
        vectors = wordings.of(candidate.code.value)
        mine = mention_of == number
        if not len(vectors):
            found.append((0.0, 0.0))
            continue
        found.append(
            (
                max(float((vectors @ v).max()) for v in sentences[mine]),
                max(float((vectors @ v).max()) for v in words[mine]),
            )
        )
    best: dict[bytes, float] = {}
    for row, number in enumerate(mention_of):
        key = sentences[row].tobytes()
        best[key] = max(best.get(key, -1.0), found[int(number)][0])
    rows = []
    for number, (sentence, mention) in enumerate(found):
        here = max(best[v.tobytes()] for v in sentences[mention_of == number])
        rows.append((sentence, mention, here, here - sentence))
    return rows


def _place(evidence: Evidence, reading: Reading, lookup: Lookup) -> tuple[float, ...]:
    kind = section_kinds().get(evidence.section, "none")
    section = lookup.section_at(evidence.span)
    sentence = lookup.sentence_at(evidence.span)
    begins = section.body.start if section else 0
    return (
        *(float(kind == k) for k in _KINDS),
        *(float(a in evidence.assertions) for a in Assertion),
        evidence.span.start / len(reading.note.text),
        min(1.0, len(evidence.span) / len(sentence)) if sentence else 0.0,
        float(evidence.span.start - begins <= 12),
        evidence.weight,
    )
