"""Medically unlikely edits: the most units of a code on a line or a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codesets.policies.values import Limit, Variant
from coding.edits._claim import PolicyFiles, claim_lines, concerns, restated, variant_of
from coding.protocols import CodeSystem
from coding.types import Code, Draft, Finding, Note, Reading, Severity

_LINE, _POLICY = 1, 2


@dataclass(frozen=True, slots=True)
class UnitLimits:
    """Reports accepted codes with more units than their limit; one unit where none are stated.

    By adjudication indicator: 2 is absolute, by policy: an error. 1 and 3 may be exceeded on
    further lines or with records that show the need: a warning.
    """

    policies: PolicyFiles
    id: str = "edit.mue"
    citation: str = "CMS, Medicare NCCI medically unlikely edits"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Compare the units of all accepted CPT and HCPCS codes with the limits of the day."""
        if not concerns(codes):
            return draft
        return restated(draft, (self.id,), self._findings(draft, reading.note))

    def _findings(self, draft: Draft, note: Note) -> Iterator[Finding]:
        units: dict[Code, list[int]] = {}
        for line in claim_lines(draft):
            units.setdefault(line.code, []).append(1 if line.units is None else line.units)
        for code, billed in units.items():
            limit = self._limit(code.value, note)
            if limit is None:
                continue
            counted = max(billed) if limit.indicator == _LINE else sum(billed)
            if counted > limit.units:
                yield self._finding(code, counted, limit)

    def _limit(self, code: str, note: Note) -> Limit | None:
        """The limit of the claim's own file; equipment on a professional claim has the supplier's.

        Where both list a code, the practitioner's file is the one of a claim with services.
        """
        own = variant_of(note)
        limit = self.policies.limit(code, note.service_date, own)
        if limit is None and own is Variant.PRACTITIONER:
            return self.policies.limit(code, note.service_date, Variant.DME)
        return limit

    def _finding(self, code: Code, counted: int, limit: Limit) -> Finding:
        per = "on one line" if limit.indicator == _LINE else "for one day"
        more = {
            _LINE: "more go on a further line with a modifier, if the note supports it",
            _POLICY: "no record changes that",
        }.get(limit.indicator, "more are paid only if the record shows the need")
        unit = "unit" if limit.units == 1 else "units"
        return Finding(
            self.id,
            Severity.ERROR if limit.indicator == _POLICY else Severity.WARNING,
            (code,),
            f"{counted} units are billed and at most {limit.units} {unit} {per} paid: {more}",
            f"{self.citation}, {limit.file}: {limit.rationale}".removesuffix(": "),
        )
