"""Suggests the code of the visit, and shows what its level rests on and what limits it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from coding.em.assess import assess_page
from coding.em.families import family_of
from coding.em.page import Page
from coding.em.time import critical_care_time, total_time
from coding.em.values import Newness, Visit
from coding.protocols import CodeSystem
from coding.types import (
    Alternative,
    Code,
    Decision,
    Draft,
    Evidence,
    Finding,
    ProofStep,
    Reading,
    Role,
    Severity,
    Span,
    Suggestion,
    System,
)

CITATION = "CPT evaluation and management, framework of 2021 and 2023, in our own words"
_UNSURE = (0.75, 0.25)
"""Shares of an unknown new-or-established visit: most visits are of patients seen before."""

_UNFITTED = 0.3  # probability of a family that no chart was there to fit
_OTHERWISE_PAID = {
    "consultation": "Medicare and payers that follow it do not pay consultation codes",
    "audio": "Medicare does not pay 98008 to 98015: it takes the office code with modifier 93",
}


@dataclass(frozen=True, slots=True)
class EvaluationAndManagement:
    """Adds the visit's code with its elements as proof, and a finding that lays the level open.

    `agreement` gives by family the calibrated probability that the level is exact; a code is
    accepted from `threshold` on. Where new or established is unknown both codes are given, and the
    less likely one is for review.
    """

    agreement: Mapping[str, float]
    threshold: float = 0.5
    id: str = "em.level"
    citation: str = CITATION

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """The draft with the visit, of CPT only; unchanged where the note tells of none."""
        if codes.system is not System.CPT:
            return draft
        page = Page(reading)
        assessment = assess_page(page, draft.suggestions)
        visits = [v for v in assessment.visits if _usable(v.code, codes)]
        draft = _review_others(draft, {code for v in visits for code, _ in v.codes})
        for finding in _findings(self, page, assessment.visits, assessment.lacking, codes):
            draft = draft.find(finding)
        unsure = len(assessment.visits) > 1
        for place, visit in enumerate(visits):
            share = _UNSURE[assessment.visits.index(visit)] if unsure else 1.0
            for suggestion in self._suggestions(visit, page, codes, share, place):
                draft = draft.put(suggestion)
        return draft

    def _suggestions(
        self, visit: Visit, page: Page, codes: CodeSystem, share: float, place: int
    ) -> Iterator[Suggestion]:
        """The visit's code and what is added to it; only the first visit may be accepted."""
        evidence = _evidence(visit, page)
        if not evidence:
            return
        probability = round(self.agreement.get(visit.family, _UNFITTED) * share, 4)
        accepted = place == 0 and probability >= self.threshold
        for value, units in visit.codes:
            if _usable(value, codes):
                yield Suggestion(
                    Code(System.CPT, value),
                    codes.title(value),
                    probability,
                    Decision.ACCEPT if accepted else Decision.REVIEW,
                    False,
                    Role.PROCEDURE,
                    None,
                    evidence,
                    tuple(_proof(value, visit, evidence, codes)),
                    _alternatives(visit, codes, probability) if value == visit.code else (),
                    units=units,
                )


def _usable(value: str, codes: CodeSystem) -> bool:
    return value in codes and codes.billable(value)


def _review_others(draft: Draft, ours: set[str]) -> Draft:
    """Visit codes that something else found by their wording go to review: levels are ours."""
    return replace(
        draft,
        suggestions=tuple(
            replace(s, decision=Decision.REVIEW, auto=False)
            if s.code.system is System.CPT and s.code.value not in ours and family_of(s.code.value)
            else s
            for s in draft.suggestions
        ),
    )


def _evidence(visit: Visit, page: Page) -> tuple[Evidence, ...]:
    """The words of all elements, each place once, with equal shares."""
    places = {*visit.spans, *(span for element in visit.elements for span in element.spans)}
    spans = sorted(span for span in places if len(span))
    return tuple(_piece(page, span, 1.0 / len(spans)) for span in spans)


def _piece(page: Page, span: Span, weight: float) -> Evidence:
    section = page.lookup.section_at(span)
    quote = span.of(page.reading.note.text)
    label = section.label if section else "none"
    return Evidence(span, quote, label, page.lookup.assertions(span), "em.level", weight)


def _proof(
    value: str, visit: Visit, evidence: Sequence[Evidence], codes: CodeSystem
) -> Iterator[ProofStep]:
    """The words, each element with what it says, and the entry of the code."""
    spans = tuple(e.span for e in evidence)
    yield ProofStep("quote", evidence[0].quote, spans, "note")
    kind = f"em.category: {visit.family}, patient {visit.newness.value}"
    yield ProofStep("rule", kind, visit.spans, CITATION)
    for element in visit.elements:
        yield ProofStep("rule", f"em.{element.said}", element.spans, CITATION)
    release = f"{codes.system} {codes.release}"
    yield ProofStep("tabular", f"{value} {codes.title(value)}", (), release)


def _alternatives(visit: Visit, codes: CodeSystem, probability: float) -> tuple[Alternative, ...]:
    near = [value for value in visit.neighbours if _usable(value, codes)]
    return tuple(
        Alternative(
            Code(System.CPT, value), codes.title(value), round((1 - probability) / len(near), 4)
        )
        for value in near
    )


def _findings(
    rule: EvaluationAndManagement,
    page: Page,
    visits: Sequence[Visit],
    lacking: Sequence[str],
    codes: CodeSystem,
) -> Iterator[Finding]:
    """What is to be said of the visits, their level, their minutes and what they lack."""
    for visit in visits:
        code = Code(System.CPT, visit.code)
        yield Finding(rule.id, Severity.INFO, (code,), _level_message(visit), rule.citation)
        if not _usable(visit.code, codes):
            message = f"{visit.code} fits the visit but is not in the loaded release"
            yield Finding("em.code", Severity.WARNING, (code,), message, rule.citation)
    if len(visits) > 1:
        both = tuple(Code(System.CPT, v.code) for v in visits)
        message = (
            "neither the encounter nor the note says whether the patient is new: "
            f"{visits[0].code} if established, {visits[1].code} if new"
        )
        yield Finding("em.new-or-established", Severity.INFO, both, message, rule.citation)
    for family in lacking[:1]:
        what = "age" if family.startswith("preventive") else "minutes"
        message = f"no code for this visit ({family}): the {what} could not be told"
        yield Finding("em.lacking", Severity.WARNING, (), message, rule.citation)
    yield from _minutes_finding(rule, page)
    yield from _payer_findings(visits)


def _level_message(visit: Visit) -> str:
    """Each element, the one that limits the level, and what the next level would take."""
    parts = [element.said for element in visit.elements]
    if visit.limiting:
        parts.append(f"limited by {visit.limiting}")
    if visit.next_needs:
        parts.append(visit.next_needs)
    if visit.newness is not Newness.UNKNOWN:
        parts.append(f"patient {visit.newness.value}")
    return f"{visit.code} ({visit.family}): {'; '.join(parts)}"


def _minutes_finding(rule: EvaluationAndManagement, page: Page) -> Iterator[Finding]:
    """Minutes that no day has are an error and decide nothing."""
    stated = [m for m in (total_time(page), critical_care_time(page)) if m is not None]
    wrong = [minutes.value for minutes in stated if not minutes.possible]
    if wrong:
        message = f"{wrong[0]} minutes on one day cannot be: time was left out of the level"
        yield Finding("em.minutes", Severity.ERROR, (), message, rule.citation)


def _payer_findings(visits: Sequence[Visit]) -> Iterator[Finding]:
    for visit in visits[:1]:
        for begin, message in _OTHERWISE_PAID.items():
            if visit.family.startswith(begin) and visit.family != "audio-brief":
                code = Code(System.CPT, visit.code)
                source = "Medicare Physician Fee Schedule"
                yield Finding("em.payer", Severity.INFO, (code,), message, source)
