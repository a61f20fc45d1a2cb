"""What the whole pipeline, rules included, says of charts that a ranker was not fitted on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from coding.pipeline import Coder
from coding.protocols import CandidateGenerator, CodeSystem, Ranker
from coding.types import Candidate, CodingOptions, Note, Reading, Suggestion, System
from models.suggest import Thresholds, suggest
from training.thresholds import Outcome

_ALL = CodingOptions(systems=(System.ICD10CM,), limit=10_000, min_probability=0.0)


@dataclass(frozen=True, slots=True)
class Known:
    """A chart as the service reads and searches it, and its gold."""

    reading: Reading
    candidates: tuple[Candidate, ...]
    core: frozenset[str]
    optional: frozenset[str]


@dataclass(frozen=True)
class Remembered:
    """Reader and generator that answer from what was computed once, by the note's id."""

    charts: Mapping[str, Known]
    name: str = "remembered"

    @classmethod
    def of(cls, charts: Iterable[Known]) -> Remembered:
        """Remember charts, whose notes have ids of their own."""
        return cls({chart.reading.note.id: chart for chart in charts})

    def read(self, note: Note) -> Reading:
        return self.charts[note.id].reading

    def generate(self, reading: Reading, codes: CodeSystem) -> tuple[Candidate, ...]:  # noqa: ARG002
        return self.charts[reading.note.id].candidates


@dataclass(frozen=True)
class Scored:
    """A ranker that answers with probabilities computed before, by the note's id."""

    probabilities: Mapping[str, Sequence[float]]
    thresholds: Thresholds
    name: str = field(default="scored")

    def rank(
        self, reading: Reading, candidates: Sequence[Candidate], codes: CodeSystem
    ) -> tuple[Suggestion, ...]:
        mine = self.probabilities[reading.note.id]
        return suggest(candidates, mine, self.thresholds, codes, self.name)


def outcomes(coder: Coder, charts: Sequence[Known], ranker: Ranker) -> Iterator[Outcome]:
    """What the engine says of each chart with this ranker, against the chart's gold."""
    remembered = Remembered.of(charts)
    generators: tuple[CandidateGenerator, ...] = (remembered,)
    held = coder.replace(reader=remembered, generators=generators, ranker=ranker)
    for chart in charts:
        result = held.code(chart.reading.note, _ALL)
        judged = [s for s in result.suggestions if s.code.value not in chart.optional]
        yield Outcome(
            probabilities=tuple(s.probability for s in judged),
            right=tuple(s.code.value in chart.core for s in judged),
            gold=len(chart.core),
        )
