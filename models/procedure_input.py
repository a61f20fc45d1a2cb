"""(Reading, candidates) -> what the ranker of procedures sees; training and serving share it.

One set of features serves CPT, HCPCS and ICD-10-PCS: where the procedure is named, what is said of
it, how fully its words fit, and how it stands among the other candidates of the note.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from codesets.words import normalise
from coding.lookup import Lookup
from coding.procedures.performed import naming
from coding.procedures.status import Standing, Standings, Status
from coding.sections import section_kinds
from coding.types import Candidate, Evidence, Reading, Setting, System
from models.relations import RELATIONS, relations

PROCEDURE_INPUT_VERSION = 4

_KINDS = ("procedure", "plan", "results", "history", "diagnosis", "complaint", "exam", "none")
_SOURCES = (
    *("words", "ngram", "procedure", "index", "operation", "phrase", "axis", "measure", "site"),
)
FEATURES = (
    "prior",
    "mentions",
    "pieces",
    *(f"is_{status}" for status in Status),
    "share_performed",
    "titled",
    "in_description",
    *(f"in_{kind}" for kind in _KINDS),
    *(f"from_{source}" for source in _SOURCES),
    "words",
    "axes",
    "first_place",
    "in_first_line",
    "covers_line",
    "covers_title",
    "operative_note",
    "titled_lines",
    "note_length",
    *(f"setting_{setting}" for setting in Setting),
    # CPT and HCPCS are told apart by their words alone: few charts have gold of HCPCS.
    "built_by_axis",
    "same_table",
    "same_table_better",
    "rank",
    *RELATIONS,
)


def procedure_features(reading: Reading, candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    """Features of each candidate of one system: (candidates, FEATURES)."""
    if not candidates:
        return np.zeros((0, len(FEATURES)))
    seen = _Note(reading)
    table = _tables(candidates)
    order = np.argsort([-c.prior for c in candidates], kind="stable")
    rank = np.empty(len(candidates))
    rank[order] = np.arange(len(candidates))
    standing = relations(candidates)
    rows = [
        (*seen.of(c), *table[i], math.log1p(rank[i]), *standing[i])
        for i, c in enumerate(candidates)
    ]
    return np.array(rows, dtype=np.float64)


class _Note:
    """What is asked of a note for every candidate."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._standings = Standings(reading)
        self._lookup = Lookup(reading)
        self._length = max(1, len(reading.note.text))
        labels = [s.label for s in reading.sections]
        self._kinds = section_kinds()
        self._operative = float(any(self._kinds.get(label) == "procedure" for label in labels))
        self._titled = sum(self._standings.titled(s) for s in reading.sentences)

    def of(self, candidate: Candidate) -> tuple[float, ...]:
        named = naming(candidate.evidence)
        standings = [self._standings.of(e.span) for e in named]
        first = min(e.span.start for e in named)
        note = self._reading.note
        return (
            candidate.prior,
            math.log1p(len(named)),
            math.log1p(len(candidate.evidence)),
            *_statuses(standings),
            float(any(self._standings.titled(e.span) for e in named)),
            float(any(e.section == "procedure_description" for e in named)),
            *self._sections(named),
            *_sources(candidate.evidence),
            max(_words(e) for e in named),
            sum(e.source.startswith("axis") for e in candidate.evidence) / 4,
            first / self._length,
            float(first < 200),
            *self._coverage(named),
            self._operative,
            math.log1p(self._titled),
            math.log(self._length) / 8,
            *(float(note.setting is setting) for setting in Setting),
            float(candidate.code.system is System.ICD10PCS),
        )

    def _coverage(self, named: Sequence[Evidence]) -> tuple[float, float]:
        """The share of a line's words that name the procedure: of any line, of one of the title."""
        any_line = title = 0.0
        for evidence in named:
            line = self._lookup.sentence_at(evidence.span) or evidence.span
            words = len(normalise(line.of(self._reading.note.text)))
            share = min(1.0, len(normalise(evidence.quote)) / max(1, words))
            any_line = max(any_line, share)
            if self._standings.titled(evidence.span):
                title = max(title, share)
        return any_line, title

    def _sections(self, named: Sequence[Evidence]) -> tuple[float, ...]:
        kinds = {self._kinds.get(e.section, "none") for e in named}
        return tuple(float(kind in kinds) for kind in _KINDS)


def _statuses(standings: Sequence[Standing]) -> tuple[float, ...]:
    found = Counter(standing.status for standing in standings)
    shares = found[Status.PERFORMED] / len(standings)
    return (*(float(found[status] > 0) for status in Status), shares)


def _sources(evidence: Sequence[Evidence]) -> tuple[float, ...]:
    found = {e.source.partition(":")[0] for e in evidence}
    return tuple(float(source in found) for source in _SOURCES)


def _words(evidence: Evidence) -> float:
    """How many words the wording has that was found."""
    return float(len(normalise(evidence.source.partition(":")[2])))


def _tables(candidates: Sequence[Candidate]) -> list[tuple[float, float]]:
    """Of each candidate: how many share its first three characters, and whether one is likelier."""
    tables: dict[str, list[float]] = {}
    for candidate in candidates:
        tables.setdefault(candidate.code.value[:3], []).append(candidate.prior)
    found = []
    for candidate in candidates:
        priors = tables[candidate.code.value[:3]]
        found.append((math.log1p(len(priors) - 1), float(max(priors) > candidate.prior)))
    return found
