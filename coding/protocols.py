"""The whole extension surface: implement one of these, name it in coding/build.py, and it runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol

from coding.types import Candidate, Code, CodeEntry, Draft, Hit, Note, Reading, Suggestion, System


class CodeSystem(Protocol):
    """One release of one code system. `value` is a code in printed form (Code.parse makes it)."""

    @property
    def system(self) -> System: ...
    @property
    def release(self) -> str: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date: ...
    @property
    def sha256(self) -> str:
        """Hash over the contents: what is built from a release is named by it."""

    def __contains__(self, value: str) -> bool: ...
    def __len__(self) -> int: ...
    def get(self, value: str) -> CodeEntry:
        """Raises: UnknownCode."""

    def title(self, value: str) -> str:
        """Raises: UnknownCode."""

    def billable(self, value: str) -> bool: ...
    def parent(self, value: str) -> str | None: ...
    def children(self, value: str) -> tuple[str, ...]: ...
    def search(self, words: str, limit: int = 20) -> tuple[CodeEntry, ...]: ...
    def find(self, words: str, limit: int = 20) -> tuple[Hit, ...]:
        """What `search` finds, with how well it fits: systems are ranked together by it."""

    def terms(self) -> Iterator[tuple[str, str, str]]:
        """Every term of the release as (code value, term, "title" or "inclusion")."""

    def wordings(self) -> Iterator[tuple[str, str]]:
        """The words by which complete codes of procedures are known: (code value, wording)."""

    def excludes1(self, one: str, other: str) -> str | None:
        """The Excludes1 note, with the code it stands at, that bars the two together, if any."""


class Reader(Protocol):
    """Note -> Reading."""

    def read(self, note: Note) -> Reading: ...


class CandidateGenerator(Protocol):
    """Reading -> candidates. One code comes at most once from one generator."""

    @property
    def name(self) -> str: ...
    def generate(self, reading: Reading, codes: CodeSystem) -> tuple[Candidate, ...]: ...


class Ranker(Protocol):
    """Candidates -> suggestions with calibrated probabilities, in rank order."""

    @property
    def name(self) -> str: ...
    def rank(
        self, reading: Reading, candidates: Sequence[Candidate], codes: CodeSystem
    ) -> tuple[Suggestion, ...]: ...


class Rule(Protocol):
    """Draft -> draft. `id` is stable and public, `citation` names the paragraph it rests on."""

    @property
    def id(self) -> str: ...
    @property
    def citation(self) -> str: ...
    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft: ...


class CodeSystems(Protocol):
    """The loaded releases of every system."""

    def at(self, system: System, on: date | None) -> CodeSystem:
        """The release in force on a date; the newest loaded without one or after its nominal end.

        On a day outside its release it has only the codes known to have been valid that day.

        Raises: CodeSetMissing, NotValidOn (before anything that is known).
        """

    def releases(self) -> tuple[CodeSystem, ...]: ...
    def newest(self) -> tuple[CodeSystem, ...]:
        """The newest release of each loaded system."""

    def lookup(self, code: Code, on: date | None = None) -> CodeEntry:
        """The entry in the newest release that has the code, or in that of a day.

        Raises: UnknownCode, CodeSetMissing; NotValidOn for a code not valid on the day.
        """
