"""Only what was done at this encounter is coded: planned, past and declined procedures are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from coding.procedures.status import Standing, Standings, Status
from coding.protocols import CodeSystem
from coding.rules._draft import reject_all, reweigh
from coding.types import (
    PROCEDURE_SYSTEMS,
    Code,
    Draft,
    Evidence,
    ProofStep,
    Reading,
    Reason,
    Span,
    Suggestion,
)

_REASONS = {
    Status.PLANNED: Reason.PLANNED,
    Status.PAST: Reason.HISTORICAL,
    Status.DECLINED: Reason.NEGATED,
}
_PREFERRED = {Status.PERFORMED: 0, Status.UNCLEAR: 1}
# Evidence of these sources names the procedure; sites, sizes and devices may stand anywhere.
_NAMING = (
    *("words", "ngram", "procedure", "index", "operation", "phrase", "axis:Operation", "axis:Type"),
)


class Performed:
    """Rejects a procedure none of whose mentions says or leaves open that it was done.

    The words that say it was done carry the suggestion; where none say so, those that leave it
    open do.
    """

    id = "procedure.performed"
    citation = "Medicare Claims Processing Manual ch. 26 sec. 10.5: services furnished"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Judge the procedures of one system."""
        if codes.system not in PROCEDURE_SYSTEMS:
            return draft
        standings = Standings(reading)
        reasons: dict[Code, Reason] = {}
        judged = []
        for suggestion in draft.suggestions:
            if suggestion.code.system is codes.system:
                standing = {e.span: standings.of(e.span) for e in naming(suggestion.evidence)}
                best = best_standing(standing.values())
                if best.status in _REASONS:
                    reasons[suggestion.code] = _REASONS[best.status]
                else:
                    suggestion = self._resting(suggestion, best, standing)
            judged.append(suggestion)
        return reject_all(replace(draft, suggestions=tuple(judged)), reasons)

    def _resting(
        self, suggestion: Suggestion, best: Standing, standing: Mapping[Span, Standing]
    ) -> Suggestion:
        """The suggestion resting on the words of the best standing, with the step that names it."""

        def counts(evidence: Evidence) -> bool:
            own = standing.get(evidence.span)
            return own is None or own.status is best.status

        cues = () if best.cue is None else (best.cue,)
        step = ProofStep("rule", f"{self.id}: {best.status}", cues, self.citation)
        evidence = tuple(reweigh(suggestion.evidence, counts))
        return replace(suggestion, evidence=evidence, proof=(*suggestion.proof, step))


def naming(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The pieces that name the procedure itself; all where none does."""
    found = tuple(e for e in evidence if e.source.startswith(_NAMING))
    return found or tuple(evidence)


def best_standing(standings: Iterable[Standing]) -> Standing:
    """Performed where any words say so, else unclear where any leave it open, else the first."""
    return min(standings, key=lambda s: _PREFERRED.get(s.status, len(_PREFERRED)))
