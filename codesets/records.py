"""What a release of a code system is made of, whatever its file: plain records in printed order."""

from __future__ import annotations

from dataclasses import dataclass, field

Notes = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Record:
    """A code, header, chapter or section. `parent` is the code above, None where there is none.

    `notes` are lists of texts by kind: those of coding.types.CodeEntry; "index", wordings of an
    Alphabetic Index; "words", what coders type for the code, for search alone. `seventh` are
    7th-character definitions given here, None where the ancestors' hold.
    """

    value: str
    title: str
    parent: str | None
    chapter: str
    section: str
    billable: bool
    notes: Notes = field(default_factory=dict)
    seventh: tuple[tuple[str, str], ...] | None = None
    poa_exempt: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A whole release: chapters and sections as `blocks`, codes in printed order.

    A block's `value` is what its codes name as `chapter` or `section`.
    """

    blocks: tuple[Record, ...]
    codes: tuple[Record, ...]
