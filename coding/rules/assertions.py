"""What the note says about a mention decides whether it may carry a code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from coding.protocols import CodeSystem
from coding.rules._draft import (
    GUIDELINES,
    Knowledge,
    Prefixes,
    between,
    is_diagnosis,
    normalised,
    reject_all,
    reweigh,
    rule_step,
    strength,
)
from coding.types import (
    Assertion,
    Claim,
    Code,
    Decision,
    Draft,
    Evidence,
    Note,
    Reading,
    Reason,
    Role,
    Setting,
    Suggestion,
)

PRECEDENCE = (
    (Assertion.NEGATED, Reason.NEGATED),
    (Assertion.OTHER_PERSON, Reason.OTHER_PERSON),
    (Assertion.FAMILY, Reason.FAMILY),
    (Assertion.HYPOTHETICAL, Reason.HYPOTHETICAL),
    (Assertion.HISTORICAL, Reason.HISTORICAL),
    (Assertion.UNCERTAIN, Reason.UNCERTAIN),
)
"""The assertion that speaks where a mention has several: the strongest bar to coding first."""

CONFIRMED_ONLY = ("A92.5", "B20", "J09", "J10", "U07.1")
"""Coded only when confirmed, inpatient or not: Zika, HIV, certain influenza, COVID-19.

Sections I.C.1.a.1, I.C.1.f, I.C.1.g and I.C.10.c.
"""

STAY_SECTIONS = frozenset(
    {
        "diagnosis",
        "discharge_diagnosis",
        "assessment",
        "assessment_plan",
        "impression",
        "hospital_course",
        "problem_list",
    }
)
"""Where an inpatient note says what was treated during the stay (Section III)."""

_RESOLVED = re.compile(r"resolv|recovered", re.I)
_OVER = re.compile(r"childhood|as a child|outgr[eo]w", re.I)

FAMILY_RATE, PERSONAL_RATE = 0.11, 0.04
"""How often our training charts list, as optional, the history code that these rules put in: 14 of
132 and 4 of 91. How likely the condition is reported as present says nothing of it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Judges whether words may carry a code, from what the note asserts of them."""

    chronic: frozenset[str]

    def bars(self, code: Code, evidence: Evidence, reading: Reading) -> Reason | None:
        """The reason why these words cannot carry the code; nothing where they can."""
        for assertion, reason in PRECEDENCE:
            if assertion in evidence.assertions and not self._admits(
                code.value, assertion, evidence, reading
            ):
                return reason
        return None

    def verdict(self, suggestion: Suggestion, reading: Reading) -> Reason | None:
        """Why none of the evidence counts: the reason of the heaviest; nothing where some does."""
        reasons = [(self.bars(suggestion.code, e, reading), e.weight) for e in suggestion.evidence]
        barred = [(reason, weight) for reason, weight in reasons if reason is not None]
        if not barred or len(barred) < len(reasons):
            return None
        order = [reason for _, reason in PRECEDENCE]
        return min(barred, key=lambda pair: (-pair[1], order.index(pair[0])))[0]

    def _admits(
        self, value: str, assertion: Assertion, evidence: Evidence, reading: Reading
    ) -> bool:
        match assertion:
            case Assertion.FAMILY:
                return between(value, "Z80", "Z84")
            case Assertion.HISTORICAL:
                cues = _cues(evidence, Assertion.HISTORICAL, reading)
                if cues and all(_OVER.search(cue) for cue in cues):
                    return False
                if cues and all(_RESOLVED.search(cue) for cue in cues):
                    # What was treated and resolved during the stay is a diagnosis of the stay.
                    return reading.note.setting is Setting.INPATIENT and (
                        evidence.section in STAY_SECTIONS
                    )
                return self._stays_active(value)
            case Assertion.UNCERTAIN:
                return uncertain_counts(reading.note) and not value.startswith(CONFIRMED_ONLY)
            case _:
                return False

    def _stays_active(self, value: str) -> bool:
        """Chronic conditions, and codes that say a state or a history of their own accord."""
        if between(value, "Z79", "Z99") or value.startswith("I25.2"):
            return True
        return any(value[:length] in self.chronic for length in range(1, len(value) + 1))


def _cues(evidence: Evidence, assertion: Assertion, reading: Reading) -> list[str]:
    """The words that make this assertion of the evidence."""
    return [
        scope.cue.of(reading.note.text)
        for scope in reading.scopes
        if scope.assertion is assertion and scope.span.overlaps(evidence.span)
    ]


def uncertain_counts(note: Note) -> bool:
    """Whether an uncertain diagnosis is coded as if it existed (Sections II.H and III.C)."""
    return note.setting is Setting.INPATIENT and note.claim_type is Claim.FACILITY


@dataclass(frozen=True, slots=True)
class AssertionRule:
    """Rejects what no counting words carry and rests the others on the words that count."""

    standing: Standing
    id: str = "assertion.standing"
    citation: str = f"{GUIDELINES}, Sections II.H, III.A, III.C, IV.H and IV.J"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:  # noqa: ARG002
        """Judge every diagnosis on its own evidence."""
        reasons: dict[Code, Reason] = {}
        judged = []
        for suggestion in draft.suggestions:
            if not is_diagnosis(suggestion):
                judged.append(suggestion)
                continue
            reason = self.standing.verdict(suggestion, reading)
            if reason is not None:
                reasons[suggestion.code] = reason
            judged.append(suggestion if reason else self._rest(suggestion, reading))
        return reject_all(replace(draft, suggestions=tuple(judged)), reasons)

    def _rest(self, suggestion: Suggestion, reading: Reading) -> Suggestion:
        code = suggestion.code
        barred = [self.standing.bars(code, e, reading) is not None for e in suggestion.evidence]
        if not any(barred):
            return suggestion
        pieces = reweigh(
            suggestion.evidence, lambda e: self.standing.bars(code, e, reading) is None
        )
        return replace(suggestion, evidence=tuple(pieces))


@dataclass(frozen=True, slots=True)
class HistoryPartner:
    """Puts in the history code that stands for a condition rejected for being history.

    `reason` is the reason that calls for it, `partners` go from code prefix to history code,
    `rate` the probability that a coder lists the partner.
    Runs before the rejection, while probabilities are known. The partner is for review, since
    reporting it is optional, and rests on the same words.
    """

    standing: Standing
    partners: Prefixes
    reason: Reason
    rate: float
    id: str
    citation: str

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Add at most one partner for the same words: that of the most probable condition."""
        told = [
            s
            for s in draft.suggestions
            if is_diagnosis(s)
            and self.partners.longest(s.code.value) is not None
            and self.standing.verdict(s, reading) is self.reason
        ]
        known = {s.code for s in draft.suggestions} | {r.code for r in draft.rejected}
        sources: dict[Code, list[Suggestion]] = {}
        for suggestion in _best_of_each_place(told):
            value = self.partners.longest(suggestion.code.value)
            if value is None or value not in codes or not codes.billable(value):
                continue
            code = Code(suggestion.code.system, value)
            if code not in known:
                sources.setdefault(code, []).append(suggestion)
        for code, parts in sorted(sources.items()):
            draft = draft.put(self._partner(code, parts, reading, codes))
        return draft

    def _partner(
        self, code: Code, parts: list[Suggestion], reading: Reading, codes: CodeSystem
    ) -> Suggestion:
        lead = min(parts, key=strength)
        places = {
            e.span: e
            for s in reversed(parts)
            for e in s.evidence
            if self.standing.bars(s.code, e, reading) is self.reason
        }
        evidence = normalised([places[span] for span in sorted(places)])
        return Suggestion(
            code=code,
            display=codes.title(code.value),
            probability=self.rate,
            decision=Decision.REVIEW,
            auto=False,
            role=Role.SECONDARY,
            sequence=None,
            evidence=tuple(evidence),
            proof=(*lead.proof, rule_step(self.id, self.citation, evidence)),
        )


def _best_of_each_place(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """Those that no more probable suggestion over overlapping words speaks for already."""
    chosen: list[Suggestion] = []
    taken: list[Evidence] = []
    for suggestion in sorted(suggestions, key=strength):
        if any(e.span.overlaps(t.span) for e in suggestion.evidence for t in taken):
            continue
        chosen.append(suggestion)
        taken.extend(suggestion.evidence)
    return chosen


def assertion_rules(
    knowledge: Knowledge,
) -> tuple[HistoryPartner, HistoryPartner, AssertionRule]:
    """The history partners, then the rule that rejects what they stand for."""
    standing = Standing(knowledge.chronic)
    return (
        HistoryPartner(
            standing,
            Prefixes(knowledge.family),
            Reason.FAMILY,
            FAMILY_RATE,
            "assertion.family-history",
            f"{GUIDELINES}, Section I.C.21.c.4 (Z80-Z84)",
        ),
        HistoryPartner(
            standing,
            Prefixes(knowledge.history),
            Reason.HISTORICAL,
            PERSONAL_RATE,
            "assertion.personal-history",
            f"{GUIDELINES}, Sections IV.J and I.C.21.c.4 (Z85-Z87)",
        ),
        AssertionRule(standing),
    )
