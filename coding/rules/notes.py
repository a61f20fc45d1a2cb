"""What the instruction notes of the tabular list demand of the order of codes."""

from __future__ import annotations

from functools import lru_cache

from codesets.references import Reference, parse_references
from coding.protocols import CodeSystem


@lru_cache(maxsize=4096)
def named(notes: tuple[str, ...]) -> tuple[Reference, ...]:
    """Every code or range that the notes name, in their order."""
    return tuple(reference for note in notes for reference in parse_references(note))


def lineage(value: str, codes: CodeSystem) -> tuple[str, ...]:
    """The code and its ancestors up to its category: those whose notes hold for it."""
    line = [value]
    while (above := codes.parent(line[-1])) is not None:
        line.append(above)
    return tuple(line)


def goes_after(value: str, codes: CodeSystem) -> tuple[Reference, ...]:
    """What the code's "code first" notes put before it."""
    return tuple(n for v in lineage(value, codes) for n in named(codes.get(v).code_first))


def goes_before(value: str, codes: CodeSystem) -> tuple[Reference, ...]:
    """What the code's "use additional code" notes put behind it."""
    return tuple(n for v in lineage(value, codes) for n in named(codes.get(v).use_additional))
