"""Codes named in the notes of the tabular list: "(E08.-)", "(N18.1-N18.4)", "(A00-B99, R50.9)"."""

from __future__ import annotations

import re
from dataclasses import dataclass

# QA0 is a category too.
_CODE = r"[A-Z](?:\d[0-9A-Z]|A\d)(?:\.[0-9A-Z]{1,4})?"
_NAMED = re.compile(rf"({_CODE})(\.-|-(?!\s*{_CODE})|)(?:\s*(?:-|to|through)\s*({_CODE})-?)?")
_BRACKETED = re.compile(r"[(\[]([^()\[\]]*)[)\]]")


@dataclass(frozen=True, slots=True)
class Reference:
    """A code with all below it (`low` = `high`), or the range of codes from `low` to `high`."""

    low: str
    high: str

    def covers(self, value: str) -> bool:
        """Whether a code in printed form lies in the reference."""
        return self.low <= value[: len(self.low)] and value[: len(self.high)] <= self.high


def parse_references(note: str) -> tuple[Reference, ...]:
    """The references in the brackets of a note, in order; none where it names no code."""
    return tuple(
        Reference(low, high or low)
        for bracket in _BRACKETED.findall(note)
        for low, _, high in _NAMED.findall(bracket)
    )
