"""What the rules of a claim look at: one reading, one draft, and the kinds of its codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from codesets.linkage import Linkage, ModifierCue
from coding.lookup import Lookup
from coding.rules._draft import accepted, counting
from coding.types import Draft, Reading, Role, Section, Span, Suggestion, System

PROCEDURE_LABELS = frozenset({"procedure", "procedure_description"})
DIAGNOSIS_LABELS = frozenset(
    {
        *("preoperative_diagnosis", "postoperative_diagnosis", "diagnosis", "indications"),
        *("discharge_diagnosis", "admission_diagnosis", "impression", "assessment"),
        *("assessment_plan", "chief_complaint"),
    }
)
OPERATIVE_LABELS = PROCEDURE_LABELS | {
    *("preoperative_diagnosis", "postoperative_diagnosis", "anesthesia", "blood_loss"),
    *("complications", "specimens"),
}
BACKGROUND_LABELS = frozenset(
    {
        *("past_medical_history", "past_surgical_history", "family_history", "social_history"),
        *("family_social_history", "allergies", "medications", "review_of_systems"),
        *("discharge_medications", "discharge_instructions", "patient_instructions"),
    }
)


class Scene:
    """A note with what is drafted of it. Everything found is a span of the note."""

    def __init__(self, draft: Draft, reading: Reading, linkage: Linkage) -> None:
        self.draft = draft
        self.reading = reading
        self.linkage = linkage
        self.text = reading.note.text
        self.lookup = Lookup(reading)
        self._heads: dict[tuple[str, ...], bool] = {}
        self._matches: dict[tuple[re.Pattern[str], Span], tuple[re.Match[str], ...]] = {}

    @cached_property
    def labels(self) -> frozenset[str]:
        """The labels of the sections of the note."""
        return frozenset(section.label for section in self.reading.sections)

    @cached_property
    def operative(self) -> bool:
        """Whether the note is the report of an operation."""
        return len(self.labels & OPERATIVE_LABELS) >= 2

    @cached_property
    def diagnoses(self) -> tuple[Suggestion, ...]:
        """The accepted diagnoses in the order of the claim."""
        found = [
            s for s in self.draft.suggestions if s.code.system is System.ICD10CM and accepted(s)
        ]
        return tuple(sorted(found, key=lambda s: (s.sequence or len(found) + 1, s.code.value)))

    @cached_property
    def of_the_eye(self) -> bool:
        """Whether a disease of the eye is accepted: OD, OS and OU are sides then."""
        return any("H00" <= s.code.value[:3] <= "H59" for s in self.diagnoses)

    def procedures(self, system: System) -> tuple[Suggestion, ...]:
        """What is suggested of a system as done, accepted or for review."""
        return tuple(
            s
            for s in self.draft.suggestions
            if s.code.system is system and s.role is Role.PROCEDURE
        )

    def matches(self, pattern: re.Pattern[str], stretch: Span) -> tuple[re.Match[str], ...]:
        """What a pattern finds in a stretch: looked for once, however many procedures ask."""
        found = self._matches.get((pattern, stretch))
        if found is None:
            found = tuple(pattern.finditer(self.text, stretch.start, stretch.end))
            self._matches[pattern, stretch] = found
        return found

    @cached_property
    def lower(self) -> str:
        """The note in lower case; offsets in it may differ from those of the note."""
        return self.text.lower()

    def may_have(self, cue: ModifierCue) -> bool:
        """Whether the note has a first word of a cue's phrases: most notes have none."""
        known = self._heads.get(cue.heads)
        if known is None:
            known = any(head in self.lower for head in cue.heads)
            self._heads[cue.heads] = known
        return known

    def kinds(self, suggestion: Suggestion) -> frozenset[str]:
        """What the code of a suggestion is, as codesets/linkage/kinds.tsv says."""
        return self.linkage.kinds(suggestion.code)

    def section(self, span: Span) -> Section | None:
        """The section in which a span begins."""
        return self.lookup.section_at(span)

    def label(self, span: Span) -> str:
        """The label of the section in which a span begins; "none" where there is none."""
        section = self.section(span)
        return section.label if section else "none"

    def sections(self, labels: frozenset[str]) -> Iterator[Span]:
        """Title and body of each section of these labels."""
        for section in self.reading.sections:
            if section.label in labels:
                start = min(section.title.start, section.body.start)
                yield Span(start, max(start, section.body.end))

    def sentence(self, span: Span) -> Span:
        """The sentence of a span, itself where there is none; at least as long as the span."""
        sentence = self.lookup.sentence_at(span) or span
        return Span(min(sentence.start, span.start), max(sentence.end, span.end))

    def own(self, suggestion: Suggestion) -> tuple[Span, ...]:
        """The words that carry a suggestion, heaviest first."""
        return tuple(e.span for e in counting(suggestion) or suggestion.evidence)

    def sentences(self, suggestion: Suggestion) -> tuple[Span, ...]:
        """The sentences of a suggestion's own words, each once."""
        return tuple(dict.fromkeys(self.sentence(span) for span in self.own(suggestion)))

    def around(self, suggestion: Suggestion, where: str) -> tuple[Span, ...]:
        """The stretches to look for a cue in: "sentence", "section" or "note"."""
        if where == "note":
            return (Span(0, len(self.text)),)
        near = self.sentences(suggestion)
        if where == "sentence":
            return near
        bodies = (self.section(span) for span in self.own(suggestion))
        whole = (s.body for s in bodies if s and s.label not in BACKGROUND_LABELS)
        # An operation is told of in the section of its description, whatever names it.
        told = self.sections(PROCEDURE_LABELS) if self.operative else iter(())
        return tuple(dict.fromkeys((*near, *whole, *told)))
