"""A procedure as coders write it on a claim."""

from __future__ import annotations

from coding.types import Suggestion


def claim_line(suggestion: Suggestion) -> str:
    """The code with its modifiers, and its units where there are several: "17003-59x3"."""
    line = "-".join((suggestion.code.value, *(suggestion.modifiers or ())))
    units = suggestion.units or 1
    return f"{line}x{units}" if units > 1 else line
