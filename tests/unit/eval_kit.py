"""A coder, a reader and a release of a few codes, to test the harness without an engine."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from rich.console import Console

from coding.errors import PipelineError
from coding.protocols import CodeSystem
from coding.types import (
    Assertion,
    Code,
    CodeEntry,
    CodingOptions,
    CodingResult,
    Decision,
    Evidence,
    Hit,
    Note,
    Provenance,
    Reading,
    Role,
    Scope,
    Span,
    Suggestion,
    System,
)

TITLES = {
    "I10": "Essential (primary) hypertension",
    "J18.9": "Pneumonia, unspecified organism",
    "J45.909": "Unspecified asthma, uncomplicated",
    "R05": "Cough",
    "R05.9": "Cough, unspecified",
    "A09": "Infectious gastroenteritis and colitis, unspecified",
}


@dataclass(frozen=True)
class Release:
    """A code system of a handful of codes; R05 is not billable."""

    system: System = System.ICD10CM
    release: str = "April 2026"
    valid_from: date = date(2026, 4, 1)
    valid_to: date = date(2026, 9, 30)

    def __contains__(self, value: str) -> bool:
        return value in TITLES

    def __len__(self) -> int:
        return len(TITLES)

    def get(self, value: str) -> CodeEntry:
        return CodeEntry(Code(self.system, value), TITLES[value], self.billable(value), None)

    def title(self, value: str) -> str:
        return TITLES[value]

    def billable(self, value: str) -> bool:
        return value != "R05"

    def parent(self, value: str) -> str | None:
        return None

    def children(self, value: str) -> tuple[str, ...]:
        return ()

    def search(self, words: str, limit: int = 20) -> tuple[CodeEntry, ...]:
        return ()

    def find(self, words: str, limit: int = 20) -> tuple[Hit, ...]:
        return ()

    def terms(self) -> Iterator[tuple[str, str, str]]:
        for value, title in TITLES.items():
            yield value, title, "title"
        yield "J45.909", "Wheezy chest", "inclusion"

    def wordings(self) -> Iterator[tuple[str, str]]:
        return iter(())

    def excludes1(self, one: str, other: str) -> str | None:
        return None


@dataclass(frozen=True)
class Releases:
    def at(self, system: System, on: date | None) -> CodeSystem:
        return Release()

    def releases(self) -> tuple[CodeSystem, ...]:
        return (Release(),)

    def newest(self) -> tuple[CodeSystem, ...]:
        return self.releases()

    def lookup(self, code: Code, on: date | None = None) -> CodeEntry:
        return Release().get(code.value)


class DenialReader:
    """Reads "no" as denying the rest of the note."""

    def read(self, note: Note) -> Reading:
        at = note.text.find("no ")
        rest = Span(at, len(note.text)) if at >= 0 else None
        scopes = (Scope(Assertion.NEGATED, rest, rest),) if rest else ()
        return Reading(note, (), (), scopes)


@dataclass(frozen=True)
class WordCoder:
    """Accepts I10 for "htn" and J18.9 for "pneumonia"; breaks on "break" and "refuse"."""

    codesets: Releases = field(default_factory=Releases)
    reader: DenialReader = field(default_factory=DenialReader)
    provenance: Provenance = Provenance(  # noqa: RUF009
        "chartcode 0", "words", ((System.ICD10CM, "April 2026"),), "0" * 64
    )

    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        if "break" in note.text:
            raise RuntimeError(note.text)
        if "refuse" in note.text:
            raise PipelineError("ranking", note.id, "ZeroDivisionError")
        found: list[Suggestion] = []
        for word, value in (("htn", "I10"), ("pneumonia", "J18.9")):
            at = note.text.find(word)
            if at >= 0:
                found.append(accept(note.text, Span(at, at + len(word)), value, len(found) + 1))
        return CodingResult(
            note_id=note.id,
            note_sha256=hashlib.sha256(note.text.encode()).hexdigest(),
            setting=note.setting,
            claim=note.claim_type,
            service_date=note.service_date,
            suggestions=tuple(found),
            rejected=(),
            findings=(),
            queries=(),
            provenance=self.provenance,
        )


def accept(text: str, span: Span, value: str, sequence: int) -> Suggestion:
    evidence = Evidence(span, span.of(text), "none", (Assertion.AFFIRMED,), "title", 1.0)
    return Suggestion(
        code=Code(System.ICD10CM, value),
        display=TITLES[value],
        probability=0.9,
        decision=Decision.ACCEPT,
        auto=False,
        role=Role.SECONDARY,
        sequence=sequence,
        evidence=(evidence,),
        proof=(),
    )


def console() -> Console:
    return Console(file=io.StringIO(), width=80, color_system=None)


def printed(to: Console) -> str:
    assert isinstance(to.file, io.StringIO)
    return to.file.getvalue()
