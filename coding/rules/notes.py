"""The codes that an instruction note of the tabular list names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from coding.protocols import CodeSystem
from coding.rules._draft import category

_CODE = r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?"
_NAMED = re.compile(rf"\b({_CODE})(?:\.?-(?![A-Z]\d))?(?:\s?[-–]\s?({_CODE})(?:\.?-)?)?")  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Named:
    """A code or a range of codes as a note prints it: E11.22, I12.-, N18.1-N18.6, T36-T50."""

    first: str
    last: str | None

    def covers(self, value: str) -> bool:
        """Whether the code lies at, under or between what the note names."""
        if self.last is None:
            return value.startswith(self.first)
        return self.first <= value[: len(self.first)] and value[: len(self.last)] <= self.last


@lru_cache(maxsize=4096)
def named(notes: tuple[str, ...]) -> tuple[Named, ...]:
    """Every code or range that the notes print, in their order."""
    return tuple(Named(match[1], match[2]) for note in notes for match in _NAMED.finditer(note))


def lineage(value: str, codes: CodeSystem) -> tuple[str, ...]:
    """The code and its ancestors up to its category: those whose notes hold for it."""
    line = [value]
    while (above := codes.parent(line[-1])) is not None and category(value) == above[:3]:
        if "-" in above:
            break
        line.append(above)
    return tuple(line)


def goes_after(value: str, codes: CodeSystem) -> tuple[Named, ...]:
    """What the code's "code first" notes put before it."""
    return tuple(n for v in lineage(value, codes) for n in named(codes.get(v).code_first))


def goes_before(value: str, codes: CodeSystem) -> tuple[Named, ...]:
    """What the code's "use additional code" notes put behind it."""
    return tuple(n for v in lineage(value, codes) for n in named(codes.get(v).use_additional))
