"""What each part of the engine is worth: the engine once more with that part taken away.

Nothing is fitted anew, so a figure tells what the part does in this engine, not what an engine made
without it would reach. The parts:

- sections: every place lies in a section "none", and no header asserts anything. Sentences and the
  cues within them stay as they were read;
- assertions: nothing in the note is negated, uncertain, historical, hypothetical, or of another;
- reranker: candidates stand in the order of their prior and are accepted from a threshold on;
- rules: what the ranker says is the result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from coding.pipeline import Coder
from coding.protocols import CodeSystem, Reader
from coding.sections import NO_SECTION, implied_assertions
from coding.types import Candidate, Note, Reading, Scope, Section, Span, Suggestion
from eval.charts import GoldChart
from eval.harness import judge
from eval.metrics import Counts
from models.suggest import Thresholds, suggest

STEPS = tuple(k / 10 for k in range(1, 10))
"""The thresholds on priors that are tried."""

PRIOR_THRESHOLD = 0.5
"""Where no training charts are given: best F1 of STEPS on train charts, lexical candidates."""


@dataclass(frozen=True, slots=True)
class WithoutSections:
    """Reads as another reader does, as if no header stood in the note."""

    reader: Reader

    def read(self, note: Note) -> Reading:
        """The reading with one section, and without what headers assert of the text under them."""
        reading = self.reader.read(note)
        implied = implied_assertions()
        by_header = {
            Scope(implied[s.label], s.body, s.title) for s in reading.sections if s.label in implied
        }
        whole = Section(NO_SECTION, Span(0, 0), Span(0, len(note.text)))
        scopes = tuple(s for s in reading.scopes if s not in by_header)
        return replace(reading, sections=(whole,), scopes=scopes)


@dataclass(frozen=True, slots=True)
class WithoutAssertions:
    """Reads as another reader does, and takes every mention as affirmed."""

    reader: Reader

    def read(self, note: Note) -> Reading:
        """The reading without scopes."""
        return replace(self.reader.read(note), scopes=())


@dataclass(frozen=True, slots=True)
class ByPrior:
    """Ranks by the prior alone, which for our generators lies in [0, 1]; none is calibrated."""

    threshold: float

    @property
    def name(self) -> str:
        """The threshold, as provenance shows it."""
        return f"prior from {self.threshold:g}"

    def rank(
        self,
        reading: Reading,  # noqa: ARG002
        candidates: Sequence[Candidate],
        codes: CodeSystem,
    ) -> tuple[Suggestion, ...]:
        """A suggestion for every candidate, the highest prior first."""
        priors = [candidate.prior for candidate in candidates]
        return suggest(candidates, priors, Thresholds(self.threshold, None), codes, self.name)


def ablated(coder: Coder, train: tuple[GoldChart, ...]) -> Mapping[str, Coder]:
    """The engine without each of its parts, by the name of the part.

    The threshold on priors is that with the best F1 on the training charts, PRIOR_THRESHOLD where
    there are none.
    """
    threshold = prior_threshold(coder, train) if train else PRIOR_THRESHOLD
    return {
        "sections": coder.replace(reader=WithoutSections(coder.reader)),
        "assertions": coder.replace(reader=WithoutAssertions(coder.reader)),
        "reranker": coder.replace(ranker=ByPrior(threshold)),
        "rules": coder.replace(rules=()),
    }


# A suite asks for the same charts several times, and they take half a minute.
@lru_cache(maxsize=1)
def prior_threshold(coder: Coder, charts: tuple[GoldChart, ...]) -> float:
    """The one of STEPS with the best F1 on some charts, rules applied; the lowest of equals."""
    known = _Remembered(coder)
    f1 = {}
    for step in STEPS:
        trial = coder.replace(reader=known, generators=(known,), ranker=ByPrior(step))
        f1[step] = sum((o.counts for o in judge(charts, trial)), Counts()).exact.f1 or 0.0
    return max(STEPS, key=f1.__getitem__)


class _Remembered:
    """What an engine reads in notes and finds there, worked out once a note."""

    name = "remembered"

    def __init__(self, coder: Coder) -> None:
        self._coder = coder
        self._readings: dict[Note, Reading] = {}
        self._candidates: dict[Note, tuple[Candidate, ...]] = {}

    def read(self, note: Note) -> Reading:
        if note not in self._readings:
            self._readings[note] = self._coder.reader.read(note)
        return self._readings[note]

    def generate(self, reading: Reading, codes: CodeSystem) -> tuple[Candidate, ...]:
        if reading.note not in self._candidates:
            self._candidates[reading.note] = self._coder.candidates(reading, codes)
        return self._candidates[reading.note]
