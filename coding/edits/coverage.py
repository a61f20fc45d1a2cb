"""Coverage policies: whether a diagnosis on the claim is among those that a policy covers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from codesets.policies.values import CoverageRule
from coding.edits._claim import PolicyFiles, claim_lines, concerns, restated
from coding.protocols import CodeSystem
from coding.types import (
    Decision,
    Draft,
    Finding,
    ProofStep,
    Reading,
    Severity,
    Span,
    Suggestion,
    System,
)

_NAMED = 3  # policies that one message names


@dataclass(frozen=True, slots=True)
class Coverage:
    """Warns of a procedure none of whose diagnoses is covered by a policy over it.

    The diagnoses are those that the procedure supports, else all accepted ones. One contractor
    may have several policies over a procedure: one that covers is enough. Which contractor pays is
    not in a note, so each is held against the diagnoses for itself. Where one covers, the proof
    of the procedure says by which diagnosis; that is one policy's word, not a promise of payment.
    """

    policies: PolicyFiles
    id: str = "edit.coverage"
    citation: str = "CMS, Medicare coverage policies (LCD, NCD)"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Hold the diagnoses of all accepted CPT and HCPCS codes against the policies in force."""
        if not concerns(codes):
            return draft
        spans = _diagnosis_spans(draft)
        findings: list[Finding] = []
        replaced: dict[int, Suggestion] = {}
        for line in claim_lines(draft):
            rules = self.policies.coverage(line.code.value, reading.note.service_date)
            diagnoses = line.supports or tuple(spans)
            lacking = _lacking(rules, diagnoses)
            if lacking:
                findings.append(self._finding(line, lacking, diagnoses))
            replaced[id(line)] = self._proven(line, rules, diagnoses, spans)
        suggestions = tuple(replaced.get(id(s), s) for s in draft.suggestions)
        if suggestions != draft.suggestions:
            draft = replace(draft, suggestions=suggestions)
        return restated(draft, (self.id,), findings)

    def _finding(
        self, line: Suggestion, lacking: Sequence[CoverageRule], diagnoses: Sequence[str]
    ) -> Finding:
        held = f"none of {', '.join(diagnoses)}" if diagnoses else "no diagnosis on the claim"
        named = ", ".join(_named(rule) for rule in lacking[:_NAMED])
        more = f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
        files = ", ".join(sorted({rule.file for rule in lacking}))
        return Finding(
            self.id,
            Severity.WARNING,
            (line.code,),
            f"{held} is covered under {named}{more}",
            f"{self.citation}, {files}",
        )

    def _proven(
        self,
        line: Suggestion,
        rules: Sequence[CoverageRule],
        diagnoses: Sequence[str],
        spans: Mapping[str, tuple[Span, ...]],
    ) -> Suggestion:
        """The procedure with a step for each policy that covers it, in place of earlier ones."""
        kept = [s for s in line.proof if not (s.kind == "edit" and s.ref.startswith(self.id))]
        steps = [
            ProofStep(
                "edit",
                f"{self.id}: {diagnosis} is on the list of {rule.policy}",
                spans.get(diagnosis, ()),
                f"{self.citation}, {rule.file}",
            )
            for rule in rules
            for diagnosis in [next((d for d in diagnoses if d in rule.covered), None)]
            if diagnosis is not None
        ]
        proof = (*kept, *steps[:_NAMED])
        return line if proof == line.proof else replace(line, proof=proof)


def _lacking(rules: Iterable[CoverageRule], diagnoses: Sequence[str]) -> list[CoverageRule]:
    """The policies of each contractor none of whose policies covers a diagnosis."""
    by_contractor: dict[tuple[str, ...], list[CoverageRule]] = {}
    for rule in rules:
        by_contractor.setdefault(rule.contractors, []).append(rule)
    return [
        rule
        for own in by_contractor.values()
        if not any(_covers(rule, diagnoses) for rule in own)
        for rule in own
    ]


def _covers(rule: CoverageRule, diagnoses: Sequence[str]) -> bool:
    """Whether a diagnosis is covered; where a policy only lists what is not, whether one is not."""
    if len(rule.covered):
        return any(diagnosis in rule.covered for diagnosis in diagnoses)
    return any(diagnosis not in rule.barred for diagnosis in diagnoses)


def _named(rule: CoverageRule) -> str:
    """A policy with the LCD it belongs to and who applies it: A12345 (L12345, Contractor)."""
    about = [*rule.related[:1], *rule.contractors[:1]]
    if len(rule.contractors) > 1:
        about.append("and others")
    return f"{rule.policy} ({', '.join(about)})" if about else rule.policy


def _diagnosis_spans(draft: Draft) -> dict[str, tuple[Span, ...]]:
    """The accepted diagnoses in claim order, each with the words that carry it."""
    diagnoses = [
        s
        for s in draft.suggestions
        if s.code.system is System.ICD10CM and s.decision is Decision.ACCEPT
    ]
    ordered = sorted(diagnoses, key=lambda s: (s.sequence or len(diagnoses), s.code))
    return {
        s.code.value: tuple(sorted({e.span for e in s.evidence if e.weight > 0})) for s in ordered
    }
