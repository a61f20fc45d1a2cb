"""Whether the practice sees the patient anew: as the sender says, else as the note words it."""

from __future__ import annotations

from coding.em.page import Page
from coding.em.values import Newness, Standing
from coding.types import Span

_TABLE = "newness"
# Asked in this order: what is said outright goes before what only suggests it.
_ORDER = (
    ("new", Newness.NEW),
    ("established", Newness.ESTABLISHED),
    ("seen_before", Newness.ESTABLISHED),
    ("sent", Newness.NEW),
    ("followed", Newness.ESTABLISHED),
)


def newness(page: Page) -> Standing:
    """New, established or unknown, with the words that say so (none where the sender does)."""
    sent = page.reading.note.encounter.new_patient
    if sent is not None:
        return Standing(Newness.NEW if sent else Newness.ESTABLISHED)
    for name, value in _ORDER:
        if spans := _said(page, name):
            return Standing(value, spans[:2])
    return Standing(Newness.UNKNOWN)


def _said(page: Page, name: str) -> tuple[Span, ...]:
    """Words outside the plan, which speaks of the next visit; a cue may not be denied."""
    return page.real(_TABLE, name, page.before_plan)
