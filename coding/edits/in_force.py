"""Which policy files a claim was held against, and which not: never a silent "clean"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from codesets.policies.values import Kind, PolicyInfo, Variant
from coding.edits._claim import PolicyFiles, claim_lines, concerns, restated, variant_of
from coding.protocols import CodeSystem
from coding.types import Draft, Finding, Note, Reading, Severity

STALE = "edit.stale-file"
_NAMES = {
    Kind.PAIRS: "NCCI pairs",
    Kind.LIMITS: "unit limits (MUE)",
    Kind.COVERAGE: "coverage policies (LCD, NCD)",
}
_HOW = "chartcode policies load"


@dataclass(frozen=True, slots=True)
class FilesInForce:
    """Says of each kind of policy whether a file of the day was at hand, once a claim has a code.

    Findings are `edit.not-checked` (no file, or not all of it) and `edit.stale-file` (the date of
    service lies behind the last day of the newest file).
    """

    policies: PolicyFiles
    id: str = "edit.not-checked"
    citation: str = "chartcode"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Add what was not checked, or checked with an old file."""
        if not concerns(codes):
            return draft
        findings = self._findings(reading.note) if claim_lines(draft) else iter(())
        return restated(draft, (self.id, STALE), findings)

    def _findings(self, note: Note) -> Iterator[Finding]:
        variant, on = variant_of(note), note.service_date
        for kind, name in _NAMES.items():
            files = self.policies.consulted(kind, on, variant)
            if not files:
                yield self._info(f"{name} not checked: {self._reason(kind, on, variant)}")
            for file in files:
                yield from self._of_file(name, file, on)

    def _of_file(self, name: str, file: PolicyInfo, on: date | None) -> Iterator[Finding]:
        if file.partial:
            yield self._info(f"{name} checked in part: of {file.name}, {file.partial}")
        if on is None:
            return
        if file.valid_to is not None and on > file.valid_to:
            message = (
                f"{name} checked with {file.name}, which ended on {file.valid_to}: load a newer"
            )
            yield Finding(STALE, Severity.WARNING, (), message, self.citation)
        # Pairs keep the dates of their past; coverage downloads have what is current alone.
        if file.kind is Kind.COVERAGE and on < file.valid_from:
            yield self._info(
                f"{name} checked in part: {file.name} is younger than the date of service; what "
                "ended or changed between is not in it"
            )

    def _reason(self, kind: Kind, on: date | None, variant: Variant) -> str:
        if on is not None and self.policies.consulted(kind, None, variant):
            return f"the first file that is loaded begins after {on} ({_HOW})"
        if any(self.policies.consulted(kind, None, other) for other in Variant):
            return f"no file for {variant} claims is loaded ({_HOW})"
        return f"no file is loaded ({_HOW})"

    def _info(self, message: str) -> Finding:
        return Finding(self.id, Severity.INFO, (), message, self.citation)
