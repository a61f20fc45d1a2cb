"""The one engine: Note -> Reading -> Candidates -> Suggestions -> rules -> CodingResult."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TypeVar

from coding.errors import (
    ChartcodeError,
    CodeSetMissing,
    InvalidNote,
    NoteTooLong,
    NotValidOn,
    PipelineError,
)
from coding.on_date import on_date
from coding.protocols import CandidateGenerator, CodeSystem, CodeSystems, Ranker, Reader, Rule
from coding.standing import standing_findings
from coding.types import (
    PROCEDURE_SYSTEMS,
    Candidate,
    Code,
    CodingOptions,
    CodingResult,
    Crosswalk,
    Draft,
    Note,
    Provenance,
    Reading,
    Suggestion,
    System,
)

T = TypeVar("T")
Crosswalker = Callable[[Code], Crosswalk | None]


@dataclass(frozen=True, slots=True)
class Decider:
    """Who ranks the candidates of some systems, and the rules that then hold, in their order."""

    ranker: Ranker
    rules: tuple[Rule, ...]


class Coder:
    """Codes notes. Build one with coding.build.build_coder; it is safe to share between threads."""

    def __init__(
        self,
        *,
        reader: Reader,
        generators: Sequence[CandidateGenerator],
        ranker: Ranker,
        rules: Sequence[Rule],
        codesets: CodeSystems,
        config_sha256: str,
        max_note_chars: int,
        procedures: Decider | None = None,
        crosswalk: Crosswalker | None = None,
    ) -> None:
        self.codesets = codesets
        self.reader = reader
        self._generators = tuple(generators)
        self._diagnoses = Decider(ranker, tuple(rules))
        self._procedures = procedures
        self._config_sha256 = config_sha256
        self._max_note_chars = max_note_chars
        self._crosswalk = crosswalk

    def replace(
        self,
        *,
        reader: Reader | None = None,
        generators: Sequence[CandidateGenerator] | None = None,
        ranker: Ranker | None = None,
        rules: Sequence[Rule] | None = None,
        procedures: Decider | None = None,
    ) -> Coder:
        """The same engine with the parts given in place of its own.

        `ranker` and `rules` are those of diagnoses, `procedures` decides on what was done.
        """
        return Coder(
            reader=reader or self.reader,
            generators=self._generators if generators is None else generators,
            ranker=ranker or self._diagnoses.ranker,
            rules=self._diagnoses.rules if rules is None else rules,
            procedures=procedures or self._procedures,
            codesets=self.codesets,
            config_sha256=self._config_sha256,
            max_note_chars=self._max_note_chars,
            crosswalk=self._crosswalk,
        )

    @property
    def procedures(self) -> Decider | None:
        """Who decides on what was done, where anyone does."""
        return self._procedures

    @property
    def provenance(self) -> Provenance:
        """What codes a note of no date: software, model, newest releases, configuration."""
        newest = self.codesets.newest()
        return self._provenance(tuple((codes.system, codes.release) for codes in newest))

    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        """Code one note.

        Raises: InvalidNote, NoteTooLong, CodeSetMissing, NotValidOn; PipelineError where a step of
        ours fails.
        """
        for answer in self.code_many([note], options):
            if isinstance(answer, CodingResult):
                return answer
            raise answer
        raise AssertionError("one note gives one answer")

    def code_many(
        self, notes: Iterable[Note], options: CodingOptions | None = None
    ) -> Iterator[CodingResult | ChartcodeError]:
        """Code notes in order; a note that fails gives its error in its place, not raised."""
        for note in notes:
            try:
                yield self._code(note, options or CodingOptions())
            except ChartcodeError as error:
                yield error

    def _code(self, note: Note, options: CodingOptions) -> CodingResult:
        check_note(note, self._max_note_chars)
        asked = options.systems or note.claim_systems
        releases, missing = self._releases(note, asked, required=options.systems is not None)
        reading = _step("reading", note, lambda: self.reader.read(note))
        draft = Draft((), findings=standing_findings(note, options, releases, missing))
        for codes in releases:
            after = self._draft(draft, reading, codes)
            # Diagnoses that nobody asked for are there to judge procedures by, and told of no more.
            silent = codes.system not in asked
            draft = replace(draft, suggestions=after.suggestions) if silent else after
        if System.ICD11 in asked:
            draft = self._crossed(draft)
        told = tuple(s for s in draft.suggestions if s.code.system in asked)
        return self._result(replace(draft, suggestions=told), note, options, releases)

    def _releases(
        self, note: Note, asked: Sequence[System], *, required: bool
    ) -> tuple[list[CodeSystem], list[ChartcodeError]]:
        """The release of each system, diagnoses first, and why there is none of some.

        Procedures are judged by the diagnoses they were done for, so these are always worked. What
        a request names must be there; of what it leaves to the claim diagnoses alone.
        """
        found: list[CodeSystem] = []
        missing: list[ChartcodeError] = []
        procedures = any(system in PROCEDURE_SYSTEMS for system in asked)
        worked = {*asked, System.ICD10CM} if procedures else set(asked)
        for system in sorted(worked, key=list(System).index):
            try:
                found.append(self._release(system, note))
            except (CodeSetMissing, NotValidOn) as error:
                if required or system is System.ICD10CM:
                    raise
                missing.append(error)
        return found, missing

    def _release(self, system: System, note: Note) -> CodeSystem:
        """ICD-11 is on no claim: its newest release serves notes of any date."""
        return self.codesets.at(system, None if system is System.ICD11 else note.service_date)

    def _decider(self, system: System) -> Decider | None:
        return self._procedures if system in PROCEDURE_SYSTEMS else self._diagnoses

    def _crossed(self, draft: Draft) -> Draft:
        """The suggestions with the ICD-11 stem code that WHO's map has for each, if it has one."""
        if self._crosswalk is None:
            return draft
        return replace(
            draft,
            suggestions=tuple(
                replace(s, crosswalk=self._crosswalk(s.code)) for s in draft.suggestions
            ),
        )

    def _draft(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Add what one release of one system has to say of the reading."""
        note = reading.note
        decider = self._decider(codes.system)
        if decider is None:
            return draft
        found = _step("candidates", note, lambda: self._found(reading, codes))
        kept, rejected = on_date(found, codes)
        candidates = merge(kept)
        ranked = _step("ranking", note, lambda: decider.ranker.rank(reading, candidates, codes))
        draft = replace(
            draft,
            suggestions=draft.suggestions + ranked,
            rejected=draft.rejected + rejected,
        )
        for rule in decider.rules:
            draft = _step(f"rule {rule.id}", note, lambda: rule.apply(draft, reading, codes))  # noqa: B023
        return draft

    def candidates(self, reading: Reading, codes: CodeSystem) -> tuple[Candidate, ...]:
        """What the generators find in a reading, of the codes in force, one candidate a code."""
        return merge(on_date(self._found(reading, codes), codes)[0])

    def _found(self, reading: Reading, codes: CodeSystem) -> tuple[Candidate, ...]:
        found = [g.generate(reading, codes) for g in self._generators]
        return merge(candidate for some in found for candidate in some)

    def _result(
        self,
        draft: Draft,
        note: Note,
        options: CodingOptions,
        releases: Sequence[CodeSystem],
    ) -> CodingResult:
        listed = [s for s in draft.suggestions if s.probability >= options.min_probability]
        return CodingResult(
            note_id=note.id,
            note_sha256=hashlib.sha256(note.text.encode("utf-8")).hexdigest(),
            setting=note.setting,
            claim=note.claim_type,
            service_date=note.service_date,
            suggestions=tuple(sorted(listed, key=_rank)[: options.limit]),
            rejected=draft.rejected,
            findings=draft.findings,
            queries=draft.queries,
            provenance=self._provenance(tuple((c.system, c.release) for c in releases)),
        )

    @property
    def _model(self) -> str:
        """The models that decide, those of diagnoses first."""
        deciders = [self._diagnoses, *([self._procedures] if self._procedures else [])]
        return ", ".join(decider.ranker.name for decider in deciders)

    def _provenance(self, codesets: tuple[tuple[System, str], ...]) -> Provenance:
        return Provenance(
            software=f"chartcode {version('chartcode')}",
            model=self._model,
            codesets=codesets,
            config_sha256=self._config_sha256,
        )


def check_note(note: Note, max_note_chars: int) -> None:
    """Refuse text that cannot be coded.

    Raises: NoteTooLong over `max_note_chars` code points; InvalidNote for empty or blank text, NUL
    characters and lone surrogates, with the offset of the first.
    """
    if len(note.text) > max_note_chars:
        raise NoteTooLong(
            f"text has {len(note.text)} characters, {max_note_chars} are allowed", field="text"
        )
    if not note.text.strip():
        raise InvalidNote("text is empty", field="text")
    nul = note.text.find("\0")
    if nul >= 0:
        raise InvalidNote(f"text has a NUL character at offset {nul}", field="text")
    try:
        note.text.encode("utf-8")
    except UnicodeEncodeError as error:
        at = error.start
        raise InvalidNote(f"text has a lone surrogate at offset {at}", field="text") from None


def merge(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """One candidate a code, in order of first appearance; evidence of several generators united."""
    merged: dict[Code, Candidate] = {}
    for new in candidates:
        old = merged.get(new.code)
        merged[new.code] = new if old is None else _united(old, new)
    return tuple(merged.values())


def _united(one: Candidate, other: Candidate) -> Candidate:
    """Two generators agree on a code: their evidence side by side, over the same words the first's.

    Generators are named in order of how closely they point.
    """
    fresh = [
        e for e in other.evidence if not any(e.span.overlaps(known.span) for known in one.evidence)
    ]
    total = sum(e.weight for e in (*one.evidence, *fresh))
    evidence = tuple(replace(e, weight=e.weight / total) for e in (*one.evidence, *fresh))
    generators = one.generators + other.generators
    return Candidate(one.code, max(one.prior, other.prior), evidence, generators)


def _rank(suggestion: Suggestion) -> tuple[float, str]:
    return (-suggestion.probability, suggestion.code.value)


def _step(stage: str, note: Note, work: Callable[[], T]) -> T:
    """Run a step; a failure of ours names the step, the note and the kind of error, never text."""
    try:
        return work()
    except ChartcodeError:
        raise
    except Exception as error:
        raise PipelineError(stage, note.id, type(error).__name__) from error
