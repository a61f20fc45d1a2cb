"""One release of a code system over its compact index (coding.protocols.CodeSystem)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from codesets.axes import AXES, AxisLabels
from codesets.lexicon import Lexicon
from codesets.references import Reference, parse_references
from codesets.search import Search
from codesets.store import Columns, ReleaseInfo
from coding.errors import UnknownCode
from coding.types import Code, CodeEntry, Hit, System

# A release has 7,000 codes with Excludes1 notes; the parsed ones of a day's charts fit.
_CACHED_NOTES = 4_096


class Release:
    """Look-up, hierarchy, notes and search of one release. Values are codes in printed form."""

    def __init__(self, columns: Columns, lexicon: Lexicon) -> None:
        self._columns = columns
        self._lexicon = lexicon
        self._place = {code: i for i, code in enumerate(columns.codes)}
        self._excluded = lru_cache(_CACHED_NOTES)(self._read_excluded)

    @property
    def system(self) -> System:
        """The code system this is a release of."""
        return self._columns.info.system

    @property
    def release(self) -> str:
        """Its name: the day it came into force."""
        return self._columns.info.release

    @property
    def info(self) -> ReleaseInfo:
        """What it is, where it is from, what is missing."""
        return self._columns.info

    @property
    def sha256(self) -> str:
        """Hash over its contents."""
        return self._columns.sha256

    @property
    def valid_from(self) -> date:
        """First day in force."""
        return self._columns.info.valid_from

    @property
    def valid_to(self) -> date:
        """Last day in force, nominally: the next release may be late."""
        return self._columns.info.valid_to

    def __contains__(self, value: str) -> bool:
        return value in self._place

    def __len__(self) -> int:
        return len(self._columns.codes)

    def get(self, value: str) -> CodeEntry:
        """Everything the release says of a code. Raises: UnknownCode."""
        i = self._find(value)
        notes = self._own_notes(i)
        section = self._columns.section_of[i]
        chapter = str(self._columns.blocks[section]["chapter"])
        return CodeEntry(
            code=Code(self.system, value),
            title=self._columns.titles[i],
            billable=self.billable(value),
            parent=self.parent(value),
            children=self.children(value),
            chapter=self._block(chapter),
            section=self._block(section) if section != chapter else "",
            seventh=self.seventh(value),
            index_terms=tuple(notes.get("index", ())),
            poa_exempt=bool(self._columns.poa_exempt[i]),
            axes=self._axes.of(value) if self.system is System.ICD10PCS else (),
            inclusion_terms=tuple(notes.get("inclusion_terms", ())),
            includes=tuple(notes.get("includes", ())),
            excludes1=tuple(notes.get("excludes1", ())),
            excludes2=tuple(notes.get("excludes2", ())),
            code_first=tuple(notes.get("code_first", ())),
            use_additional=tuple(notes.get("use_additional", ())),
            code_also=tuple(notes.get("code_also", ())),
            notes=tuple(notes.get("notes", ())),
        )

    def title(self, value: str) -> str:
        """The official title. Raises: UnknownCode."""
        return self._columns.titles[self._find(value)]

    def billable(self, value: str) -> bool:
        """Whether the code is complete: a header or an unknown code is not."""
        i = self._place.get(value)
        return i is not None and bool(self._columns.billable[i])

    def parent(self, value: str) -> str | None:
        """The code above, None above a category. Raises: UnknownCode."""
        above = int(self._columns.parents[self._find(value)])
        return self._columns.codes[above] if above >= 0 else None

    def children(self, value: str) -> tuple[str, ...]:
        """The codes right below, in tabular order. Raises: UnknownCode."""
        order, starts = self._below
        i = self._find(value)
        return tuple(self._columns.codes[j] for j in order[starts[i] : starts[i + 1]])

    def ancestors(self, value: str) -> tuple[str, ...]:
        """The codes above, nearest first. Raises: UnknownCode."""
        found = []
        above = self.parent(value)
        while above is not None:
            found.append(above)
            above = self.parent(above)
        return tuple(found)

    def seventh(self, value: str) -> tuple[tuple[str, str], ...]:
        """7th-character definitions in force: the code's own, else the nearest ancestor's."""
        for code in (value, *self.ancestors(value)):
            notes = self._own_notes(self._find(code))
            if "seventh" in notes:
                return tuple((pair[0], pair[1:]) for pair in notes["seventh"])
        return ()

    def notes_in_force(self, value: str, kind: str) -> tuple[tuple[str, str], ...]:
        """Notes of a kind at the code and all above it: (where the note stands, the note)."""
        own = [(code, self._own_notes(self._find(code))) for code in self._upwards(value)]
        section = self._columns.section_of[self._find(value)]
        blocks = (section, str(self._columns.blocks[section]["chapter"]))
        found = [(code, note) for code, notes in own for note in notes.get(kind, ())]
        for block in blocks:
            notes = self._columns.blocks[block].get(kind, ())
            assert isinstance(notes, list | tuple)
            found += [(block, str(note)) for note in notes]
        return tuple(found)

    def search(self, words: str, limit: int = 20) -> tuple[CodeEntry, ...]:
        """Codes for a code's beginning or for words of titles and terms, best first."""
        return tuple(self.get(hit.code) for hit in self.find(words, limit))

    def find(self, words: str, limit: int = 20) -> tuple[Hit, ...]:
        """What `search` finds, with how well it fits, so that systems can be ranked together."""
        return self._search.find(words, limit)

    def terms(self) -> Iterator[tuple[str, str, str]]:
        """Every wording: (code, term, "title", "inclusion" or, of a loaded Index, "index")."""
        for i, code in enumerate(self._columns.codes):
            yield code, self._columns.titles[i], "title"
            notes = self._own_notes(i)
            for term in notes.get("inclusion_terms", ()):
                yield code, str(term), "inclusion"
            for term in notes.get("index", ()):
                yield code, str(term), "index"

    def wordings(self) -> Iterator[tuple[str, str]]:
        """The words by which complete codes of procedures are known: (code, wording)."""
        for i, code in enumerate(self._columns.codes):
            if self._columns.billable[i]:
                for words in self._own_notes(i).get("words", ()):
                    yield code, str(words)

    def excludes1(self, one: str, other: str) -> str | None:
        """The Excludes1 note that bars two codes together, with where it stands, if any."""
        for here, there in ((one, other), (other, one)):
            for place, note, references in self._excluded(here):
                barred = any(r.covers(there) for r in references)
                if barred and not any(r.covers(here) for r in references):
                    return f"{place}: {note}"
        return None

    def _read_excluded(self, value: str) -> tuple[tuple[str, str, tuple[Reference, ...]], ...]:
        notes = self.notes_in_force(value, "excludes1")
        return tuple((place, note, parse_references(note)) for place, note in notes)

    def extra(self, name: str) -> Mapping[str, object]:
        """A JSON file of the system's own, empty where the release has none."""
        path = self._columns.folder / name
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}

    def _block(self, name: str) -> str:
        return f"{name} {self._columns.blocks[name]['title']}".strip()

    def _upwards(self, value: str) -> tuple[str, ...]:
        return (value, *self.ancestors(value))

    def _own_notes(self, i: int) -> dict[str, list[str]]:
        line = self._columns.notes[i]
        return dict(json.loads(line)) if line else {}

    def _find(self, value: str) -> int:
        try:
            return self._place[value]
        except KeyError:
            raise UnknownCode(
                f"{self.system} {self.release} has no such code", field="code"
            ) from None

    @cached_property
    def _below(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Codes ordered by parent, and where the children of each begin."""
        parents = self._columns.parents
        order = np.argsort(parents, kind="stable")
        starts = np.searchsorted(parents[order], np.arange(len(parents) + 1))
        return order, starts

    @cached_property
    def _axes(self) -> AxisLabels:
        return AxisLabels.from_json(self.extra(AXES))

    @cached_property
    def _search(self) -> Search:
        return Search(self._columns, self._lexicon)
