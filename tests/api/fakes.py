"""An engine of no weight for the HTTP tests: two codes, and failures on demand."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from datetime import date

from coding.errors import CodeSetMissing, NotValidOn, PipelineError, UnknownCode
from coding.protocols import CodeSystem
from coding.types import (
    Alternative,
    Assertion,
    Code,
    CodeEntry,
    CodingOptions,
    CodingResult,
    Decision,
    Evidence,
    Hit,
    Note,
    ProofStep,
    Provenance,
    Reason,
    Rejection,
    Role,
    Span,
    Suggestion,
    System,
)

RELEASE = "2026-04"
ENTRIES = {
    "E11": ("Type 2 diabetes mellitus", None, ("E11.2",)),
    "E11.2": ("Type 2 diabetes mellitus with kidney complications", "E11", ("E11.22",)),
    "E11.22": ("Type 2 diabetes mellitus with diabetic chronic kidney disease", "E11.2", ()),
}


class FakeCodes:
    system = System.ICD10CM
    release = RELEASE
    valid_from = date(2026, 4, 1)
    valid_to = date(2026, 9, 30)
    sha256 = "c0de"

    def __contains__(self, value: str) -> bool:
        return value in ENTRIES

    def __len__(self) -> int:
        return len(ENTRIES)

    def get(self, value: str) -> CodeEntry:
        if value not in ENTRIES:
            raise UnknownCode("there is no such code", field="code")
        title, parent, children = ENTRIES[value]
        return CodeEntry(Code(self.system, value), title, not children, parent, children)

    def title(self, value: str) -> str:
        return self.get(value).title

    def billable(self, value: str) -> bool:
        return self.get(value).billable

    def parent(self, value: str) -> str | None:
        return self.get(value).parent

    def children(self, value: str) -> tuple[str, ...]:
        return self.get(value).children

    def search(self, words: str, limit: int = 20) -> tuple[CodeEntry, ...]:
        return tuple(self.get(hit.code) for hit in self.find(words, limit))

    def find(self, words: str, limit: int = 20) -> tuple[Hit, ...]:
        if "fail" in words:
            raise RuntimeError(words)
        found = [v for v, (title, *_) in ENTRIES.items() if words.lower() in title.lower()]
        return tuple(Hit(value, 1.0, 1.0) for value in found[:limit])

    def terms(self) -> Iterator[tuple[str, str, str]]:
        return iter((value, title, "title") for value, (title, *_) in ENTRIES.items())

    def wordings(self) -> Iterator[tuple[str, str]]:
        return iter(())

    def excludes1(self, one: str, other: str) -> str | None:
        return None


class FakeCodeSystems:
    def __init__(self) -> None:
        self._codes = FakeCodes()

    def at(self, system: System, on: date | None) -> CodeSystem:
        if system is not System.ICD10CM:
            raise CodeSetMissing(f"no release of {system} is loaded")
        if on is not None and on < self._codes.valid_from:
            raise NotValidOn("no release covers the date of service", field="service_date")
        return self._codes

    def releases(self) -> tuple[CodeSystem, ...]:
        return (self._codes,)

    def newest(self) -> tuple[CodeSystem, ...]:
        return self.releases()

    def lookup(self, code: Code, on: date | None = None) -> CodeEntry:
        return self.at(code.system, on).get(code.value)


class FakeCoder:
    """Suggests E11.22 for the first word of a note and rejects R07.9 for its last.

    `before` runs on each note first: it may wait or raise.
    """

    provenance = Provenance("chartcode 0", "fake", ((System.ICD10CM, RELEASE),), "c0ffee")

    def __init__(self, before: Callable[[Note], None] | None = None) -> None:
        self.codesets = FakeCodeSystems()
        self.threads: set[int] = set()
        self._before = before

    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        self.threads.add(threading.get_ident())
        for system in (options or CodingOptions()).systems or (System.ICD10CM,):
            self.codesets.at(system, note.service_date)
        if self._before is not None:
            self._before(note)
        return CodingResult(
            note_id=note.id,
            note_sha256=hashlib.sha256(note.text.encode()).hexdigest(),
            setting=note.setting,
            claim=note.claim_type,
            service_date=note.service_date,
            suggestions=(_suggestion(note.text),),
            rejected=(_rejection(note.text),),
            findings=(),
            queries=(),
            provenance=self.provenance,
        )


def fail_like_the_engine(note: Note) -> None:
    """A step that fails the way coding.pipeline tells of it, with the text in the cause."""
    try:
        raise ValueError(note.text)
    except ValueError as error:
        raise PipelineError("reading", note.id, "ValueError") from error


def fail_unforeseen(note: Note) -> None:
    raise RuntimeError(note.text)


def _evidence(text: str, span: Span, assertion: Assertion) -> tuple[Evidence, ...]:
    return (Evidence(span, span.of(text), "none", (assertion,), "title", 1.0),)


def _suggestion(text: str) -> Suggestion:
    span = Span(0, len(text.split()[0]))
    title = ENTRIES["E11.22"][0]
    return Suggestion(
        code=Code(System.ICD10CM, "E11.22"),
        display=title,
        probability=0.9312,
        decision=Decision.ACCEPT,
        auto=True,
        role=Role.FIRST_LISTED,
        sequence=1,
        evidence=_evidence(text, span, Assertion.AFFIRMED),
        proof=(ProofStep("quote", span.of(text), (span,), "note"),),
        alternatives=(Alternative(Code(System.ICD10CM, "E11.2"), ENTRIES["E11.2"][0], 0.1),),
    )


def _rejection(text: str) -> Rejection:
    span = Span(len(text) - len(text.split()[-1]), len(text))
    evidence = _evidence(text, span, Assertion.NEGATED)
    return Rejection(Code(System.ICD10CM, "R07.9"), "Chest pain", Reason.NEGATED, evidence)
