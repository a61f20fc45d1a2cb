"""What every assembler takes and gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from codesets.loaders.recognise import Kind, Source
from codesets.records import Listing
from codesets.validity import Validity
from coding.errors import CodeSetError


@dataclass(frozen=True, slots=True)
class Base:
    """An earlier or embedded release: what the files of a new one do not say is carried over."""

    release: str
    listing: Listing
    extras: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """A release to assemble: its first day, its files, what it builds on."""

    day: date
    sources: Sequence[Source]
    base: Base | None
    validity: Validity | None

    def of(self, *kinds: Kind) -> Source | None:
        """The one file of these kinds, if any. Raises: CodeSetError where there are two."""
        found = [source for source in self.sources if source.kind in kinds]
        if len(found) > 1:
            names = " and ".join(source.member.shown for source in found)
            raise CodeSetError(f"{names} are both the {found[0].kind} of {self.day}: load one")
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Assembled:
    """A release ready to be written, and in plain words what it lacks."""

    listing: Listing
    missing: tuple[str, ...]
    extras: Mapping[str, object] = field(default_factory=dict)
    licensed: bool = False


def as_mapping(value: object) -> Mapping[str, object]:
    """A JSON object read back; nothing for what is not there."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}
