"""Headings of operations and diagnoses in running text, where no line breaks set them apart.

"...left hip.,OPERATION PERFORMED,1. Hip pinning.,ANESTHESIA: General" names an operation as plainly
as a heading on a line of its own; the reader of sections looks for these only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coding.types import Span

_START = r"(?:^|(?<=[.,;:\n]))[ \t]*"
_END = r"[ \t]*(?::|,[ \t]*(?=\d|[A-Z][a-z]))"
_OPERATION = (
    r"(?:(?:NAMES? OF|TITLES? OF|TYPES? OF|PRIMARY|SURGICAL|OPERATIVE|ADDITIONAL) )?(?:THE )?"
    r"(?:PROCEDURES?|OPERATIONS?|SURGER(?:Y|IES))(?: ?/ ?(?:PROCEDURES?|OPERATIONS?))?"
    r"(?: PERFORMED| DONE| ?\(S\))?"
)
_DIAGNOSIS = r"(?:(?:PRE|POST)[ -]?OP(?:ERATIVE)? |FINAL |ADMITTING |DISCHARGE )DIAGNOS[IE]S"
_HEADING = re.compile(
    rf"{_START}(?:(?P<operation>{_OPERATION})|(?P<diagnosis>{_DIAGNOSIS})){_END}", re.M
)
_NEXT = re.compile(rf"{_START}[A-Z][A-Z /&()'-]{{4,}}[ \t]*(?::|,(?=[ \t]*[\dA-Z]))", re.M)
# No list of procedures is longer.
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Headed:
    """A heading, and what stands under it: operations, else diagnoses."""

    title: Span
    span: Span
    operations: bool


def headed_in(text: str) -> tuple[Headed, ...]:
    """What stands under each such heading of a text: up to the next heading in capitals."""
    return tuple(_headed(text))


def _headed(text: str) -> Iterator[Headed]:
    for heading in _HEADING.finditer(text):
        end = min(heading.end() + _LONGEST, len(text))
        following = _NEXT.search(text, heading.end(), end)
        span = Span(heading.end(), following.start() if following else end)
        kind = "diagnosis" if heading["operation"] is None else "operation"
        yield Headed(Span(*heading.span(kind)), span, kind == "operation")


def cut(span: Span, headed: Sequence[Headed]) -> Iterator[tuple[Span, Headed | None]]:
    """A sentence in pieces, each with the heading that it stands under, if with any."""
    start = span.start
    for one in headed:
        if one.span.end <= start or one.span.start >= span.end:
            continue
        if one.span.start > start:
            yield Span(start, one.span.start), None
        end = min(one.span.end, span.end)
        yield Span(max(start, one.span.start), end), one
        start = end
    if start < span.end:
        yield Span(start, span.end), None
