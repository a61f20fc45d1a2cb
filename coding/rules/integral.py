"""Symptoms that belong to a diagnosis are not coded beside it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from coding.protocols import CodeSystem
from coding.rules._draft import (
    GUIDELINES,
    Prefixes,
    Sentences,
    accepted,
    counting,
    is_diagnosis,
    reject_all,
)
from coding.types import Draft, Reading, Reason, Span, Suggestion, System

_CAUSED = re.compile(
    r"(?<!not )\b(?:due to|secondary to|2/2|from|consistent with|caused by|attribut(?:ed|able) to"
    r"|because of|in the setting of)\b",
    re.I,
)
_REACH = 60
"""Characters between a symptom and the cause that a sentence gives for it."""


@dataclass(frozen=True, slots=True)
class IntegralSymptom:
    """Rejects a symptom that an accepted diagnosis explains.

    `pairs` go from symptom prefix to diagnosis prefix, for symptoms routinely part of a disease;
    beyond them a symptom of chapter 18 goes where the note itself names the diagnosis as its cause.
    """

    pairs: Prefixes
    id: str = "integral"
    citation: str = f"{GUIDELINES}, Sections I.B.4, I.B.5, II.A and IV.D"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Judge every symptom against the accepted diagnoses."""
        if codes.system is not System.ICD10CM:
            return draft
        diagnoses = [s for s in draft.suggestions if is_diagnosis(s) and accepted(s)]
        causes = sorted(
            piece.span
            for s in diagnoses
            if not s.code.value.startswith(("R", "Z"))
            for piece in counting(s)
        )
        sentences = Sentences(reading)
        gone = {
            s.code: Reason.INTEGRAL
            for s in draft.suggestions
            if is_diagnosis(s)
            and (self._paired(s, diagnoses) or _explained(s, causes, sentences, reading.note.text))
        }
        return reject_all(draft, gone)

    def _paired(self, symptom: Suggestion, diagnoses: Sequence[Suggestion]) -> bool:
        parents = self.pairs.fitting(symptom.code.value)
        return bool(parents) and any(
            d.code.value.startswith(parents) for d in diagnoses if d.code != symptom.code
        )


def _explained(
    symptom: Suggestion, causes: Sequence[Span], sentences: Sentences, text: str
) -> bool:
    """Whether the note says, in one sentence, that the symptom comes from one of the causes.

    `causes` are the sorted spans of the accepted diagnoses.
    """
    # R65 tells how severe a sepsis is and is reported with it (I.C.1.d).
    if not symptom.code.value.startswith("R") or symptom.code.value.startswith("R65"):
        return False
    for piece in counting(symptom):
        end = piece.span.end
        first = bisect_left(causes, Span(end, end))
        for cause in causes[first:]:
            if cause.start - end > _REACH:
                break
            if sentences.at(cause) != sentences.at(piece.span):
                break
            if _CAUSED.search(text[end : cause.start]):
                return True
    return False
