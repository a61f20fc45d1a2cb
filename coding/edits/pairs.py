"""NCCI procedure-to-procedure edits: two codes that are not both paid for one day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from codesets.policies.values import Pair
from coding.edits._claim import PolicyFiles, claim_lines, concerns, restated, variant_of
from coding.protocols import CodeSystem
from coding.types import Draft, Finding, Note, Reading, Severity, Suggestion

_SITES = (
    *(f"E{n}" for n in range(1, 5)),
    *("FA", *(f"F{n}" for n in range(1, 10))),
    *("TA", *(f"T{n}" for n in range(1, 10))),
    *("LT", "RT", "LC", "LD", "RC", "LM", "RI"),
)
_GLOBAL_SURGERY = ("24", "25", "57", "58", "78", "79")
_OTHER = ("27", "59", "91", "XE", "XS", "XP", "XU")
NCCI_MODIFIERS = frozenset((*_SITES, *_GLOBAL_SURGERY, *_OTHER))
"""Modifiers that may set an edit aside: NCCI Policy Manual for Medicare, chapter I, section E."""


@dataclass(frozen=True, slots=True)
class NcciPairs:
    """Reports accepted codes that are an edit pair in force on the date of service.

    Both codes stay accepted. The note does document both; which of them a payer pays is another
    question, and a code taken out in silence would be under-coding that nobody sees. So the claim
    is reported as it is documented, with an error that a biller must resolve.
    """

    policies: PolicyFiles
    id: str = "edit.ncci-ptp"
    citation: str = "CMS, Medicare NCCI procedure-to-procedure edits"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Say of each pair among all accepted CPT and HCPCS codes what the edit does to it."""
        if not concerns(codes):
            return draft
        return restated(draft, (self.id,), self._findings(draft, reading.note))

    def _findings(self, draft: Draft, note: Note) -> Iterator[Finding]:
        lines = claim_lines(draft)
        values = sorted({line.code.value for line in lines})
        for one, other in combinations(values, 2):
            pair = self.policies.pair(one, other, note.service_date, variant_of(note))
            if pair is not None:
                first = [line for line in lines if line.code.value == pair.column1]
                second = [line for line in lines if line.code.value == pair.column2]
                yield self._finding(pair, first, second)

    def _finding(self, pair: Pair, first: list[Suggestion], second: list[Suggestion]) -> Finding:
        said = f"NCCI does not pay {pair.column2} beside {pair.column1} for one day"
        severity = Severity.ERROR
        # Of several lines of a code each one needs a modifier of its own, unless the other has it.
        carrying = _modifiers(first) or _modifiers(second)
        if pair.indicator == 0:
            message = f"{said}, with whatever modifier"
        elif carrying:
            severity = Severity.INFO
            message = (
                f"{said} unless they were separate, which modifier {' and '.join(carrying)} "
                "claims: the note must show it"
            )
        else:
            message = f"{said} unless a modifier such as 59, XS or 25 shows them to be separate"
        return Finding(
            self.id,
            severity,
            (first[0].code, second[0].code),
            message,
            f"{self.citation}, {pair.file}: {pair.rationale}".removesuffix(": "),
        )


def _modifiers(lines: list[Suggestion]) -> list[str]:
    """The NCCI modifiers on the lines of a code, where every line has one; else none."""
    own = [NCCI_MODIFIERS.intersection(line.modifiers or ()) for line in lines]
    return sorted(frozenset.union(*own)) if all(own) else []
