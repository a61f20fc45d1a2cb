"""What the draft leaves open on a claim: no reason, no charge, no drug, several operations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from codesets.linkage import Linkage
from coding.claims.cued import stated
from coding.claims.scene import Scene
from coding.claims.visits import separate_signs
from coding.procedures.status import Standings, Status
from coding.protocols import CodeSystem
from coding.rules._draft import accepted
from coding.types import (
    Code,
    Draft,
    Evidence,
    Finding,
    Reading,
    Role,
    Severity,
    Span,
    Suggestion,
    System,
)

_AMOUNT = r"\d+(?:\.\d+)?\s*(?:mg|mcg|g|gm|grams?|units?|ml|cc)\b"
_ROUTE = r"\b(?:IM|IV|intramuscular(?:ly)?|intravenous(?:ly)?)\b"
_GIVEN = re.compile(
    rf"\b(?:given|received|administered|injected|gave)\b[^.;\n]{{0,60}}?\b(?P<after>{_AMOUNT})"
    rf"|\b(?P<before>{_AMOUNT})[^.;\n]{{0,40}}?(?:\b(?:given|administered|injected)\b|{_ROUTE})",
    re.IGNORECASE,
)
_PARENTERAL = re.compile(
    r"\b(?:IM|IV|SQ|SC|subq|intramuscular(?:ly)?|intravenous(?:ly)?|subcutaneous(?:ly)?"
    r"|intra-?articular(?:ly)?|inject(?:ed|ion)|infus(?:ed|ion))\b"
)

# Below this probability the words more likely name something else.
_LEAST = 0.15


@dataclass(frozen=True, slots=True)
class NoSupportingDiagnosis:
    """Warns of accepted procedures that no accepted diagnosis justifies."""

    id: str = "claims.no-supporting-diagnosis"
    citation: str = "Social Security Act, 1862(a)(1)(A); CMS-1500, item 24E"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:  # noqa: ARG002
        """One finding for all such codes of the step's system; needs Supports before it."""
        bare = [s for s in _accepted(draft, codes.system) if not s.supports]
        if not bare:
            return draft
        names = ", ".join(s.code.value for s in bare)
        message = f"no accepted diagnosis justifies {names}: it may be missing or be for review"
        return draft.find(
            Finding(
                rule=self.id,
                severity=Severity.WARNING,
                codes=tuple(s.code for s in bare),
                message=message,
                citation=self.citation,
                evidence=_evidence(bare),
            )
        )


@dataclass(frozen=True, slots=True)
class MissedCharge:
    """Tells of what the note says was done and no accepted code reports."""

    id: str = "claims.missed-charge"
    citation: str = "42 CFR 424.32; charge capture"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """One finding for each place whose codes are all below acceptance."""
        standings: Standings | None = None
        covered = [
            e.span
            for s in _of(draft, (System.CPT, System.HCPCS, System.ICD10PCS))
            if accepted(s)
            for e in s.evidence
        ]
        # What an error holds back is no charge that was missed.
        held = {c for f in draft.findings if f.severity is Severity.ERROR for c in f.codes}
        places: dict[Span, list[Suggestion]] = {}
        for suggestion in _of(draft, (codes.system,)):
            if suggestion.code in held:
                continue
            heaviest = suggestion.evidence[:1]
            if accepted(suggestion) or not heaviest or suggestion.probability < _LEAST:
                continue
            span = heaviest[0].span
            if any(span.overlaps(other) for other in covered):
                continue
            standings = standings or Standings(reading)
            if standings.of(span).status is Status.PERFORMED:
                key = next((known for known in places if known.overlaps(span)), span)
                places.setdefault(key, []).append(suggestion)
        for open_codes in places.values():
            draft = draft.find(self._finding(open_codes))
        return draft

    def _finding(self, considered: list[Suggestion]) -> Finding:
        names = ", ".join(s.code.value for s in considered[:4])
        return Finding(
            rule=self.id,
            severity=Severity.INFO,
            codes=tuple(s.code for s in considered[:4]),
            message=f"the note says this was done and no accepted code reports it; see {names}",
            citation=self.citation,
            evidence=_evidence(considered[:1]),
        )


@dataclass(frozen=True, slots=True)
class DrugWithoutCode:
    """Warns of a drug given by needle without a HCPCS code for it; acts in the HCPCS step."""

    linkage: Linkage
    id: str = "claims.drug-without-hcpcs"
    citation: str = "Medicare Claims Processing Manual, chapter 17, 10"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Fires for an accepted administration, or words of one, without any drug code."""
        if codes.system is not System.HCPCS:
            return draft
        scene = Scene(draft, reading, self.linkage)
        if any("drug" in scene.kinds(s) for s in scene.procedures(System.HCPCS)):
            return draft
        administered = [
            s
            for s in _accepted(draft, System.CPT)
            if "drug-needed" in scene.kinds(s) and not _aspirated_only(scene, s)
        ]
        if administered:
            names = ", ".join(s.code.value for s in administered)
            said = f"{names} gives a drug"
            evidence = _evidence(administered)
        elif given := given_by_needle(scene):
            said = "the note says a drug was given by injection or infusion"
            evidence = (_words(scene, given),)
        else:
            return draft
        return draft.find(
            Finding(
                rule=self.id,
                severity=Severity.WARNING,
                codes=tuple(s.code for s in administered),
                message=f"{said}, and no HCPCS code of a drug is suggested",
                citation=self.citation,
                evidence=evidence,
            )
        )


@dataclass(frozen=True, slots=True)
class SessionNotes:
    """Tells of a visit that is not set apart from a procedure, and why 51 is not put."""

    linkage: Linkage
    id: str = "claims.session"
    citation: str = "Medicare Claims Processing Manual, chapter 12, 30.6.6 and 40.6"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Acts in the step of CPT."""
        if codes.system is not System.CPT:
            return draft
        scene = Scene(draft, reading, self.linkage)
        done = _accepted(draft, System.CPT)
        minor = [s for s in done if scene.kinds(s) & {"minor", "service"} and not _visit(scene, s)]
        visits = [s for s in done if _visit(scene, s) and "25" not in (s.modifiers or ())]
        if minor and visits and not separate_signs(scene, minor):
            draft = draft.find(
                self._finding(
                    "claims.visit-with-procedure",
                    visits,
                    "the note does not set the visit apart from the procedure of the same day: "
                    "it has no modifier 25 and may not be payable",
                )
            )
        operations = [
            s
            for s in done
            if scene.kinds(s) & {"major", "minor"} and "add-on" not in scene.kinds(s)
        ]
        if len(operations) > 1:
            message = "several procedures of one session: 51 is not put, most payers reduce by rank"
            draft = draft.find(self._finding("claims.multiple-procedures", operations, message))
        return draft

    def _finding(self, rule: str, told: list[Suggestion], message: str) -> Finding:
        codes: tuple[Code, ...] = tuple(s.code for s in told)
        return Finding(rule, Severity.INFO, codes, message, self.citation)


def given_by_needle(scene: Scene) -> Span | None:
    """The first words that tell of a dose given past the mouth in this encounter."""
    standings: Standings | None = None
    for match in _GIVEN.finditer(scene.text):
        # The amount alone: the word "given" is what says that it was.
        span = Span(*match.span("after" if match["after"] else "before"))
        sentence = scene.sentence(span)
        if not _PARENTERAL.search(scene.text, sentence.start, sentence.end):
            continue
        standings = standings or Standings(scene.reading)
        if stated(scene.lookup, span) and standings.of(span).status is Status.PERFORMED:
            return span
    return None


def _aspirated_only(scene: Scene, suggestion: Suggestion) -> bool:
    """Whether a joint was only emptied: its sentences name no injection."""
    if not suggestion.code.value.startswith("206"):
        return False
    near = " ".join(s.of(scene.text).lower() for s in scene.sentences(suggestion))
    return "aspirat" in near and "inject" not in near


def _visit(scene: Scene, suggestion: Suggestion) -> bool:
    return "visit" in scene.kinds(suggestion)


def _words(scene: Scene, span: Span) -> Evidence:
    return Evidence(
        span,
        span.of(scene.text),
        scene.label(span),
        scene.lookup.assertions(span),
        "claims.drug-without-hcpcs",
        1.0,
    )


def _of(draft: Draft, systems: tuple[System, ...]) -> Iterator[Suggestion]:
    for suggestion in draft.suggestions:
        if suggestion.role is Role.PROCEDURE and suggestion.code.system in systems:
            yield suggestion


def _accepted(draft: Draft, system: System) -> list[Suggestion]:
    return [s for s in _of(draft, (system,)) if accepted(s)]


def _evidence(suggestions: list[Suggestion]) -> tuple[Evidence, ...]:
    return tuple(s.evidence[0] for s in suggestions if s.evidence)
