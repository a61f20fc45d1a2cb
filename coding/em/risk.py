"""Third element of the decisions of a visit: the risk of what was decided to do, or not to do."""

from __future__ import annotations

from collections.abc import Sequence

from coding.em.page import Page
from coding.em.values import Element, Level
from coding.types import Span

NAME = "risk"
_TABLE = "risk"
_HIGH = (
    ("admission", "a decision to admit or to transfer to more care"),
    ("end_of_life", "a decision not to resuscitate or to give comfort care"),
    ("intensive_monitoring", "a drug whose toxicity needs intensive monitoring"),
    ("parenteral_controlled", "a controlled drug given by injection"),
)


def assess_risk(page: Page) -> Element:
    """The level of the riskiest thing decided; each decision must be asserted in the assessment."""
    for name, why in _HIGH:
        if hits := page.real(_TABLE, name, page.assessed):
            return Element(NAME, Level.HIGH, why, hits[:2])
    surgery = page.hits(_TABLE, "surgery", page.assessed)
    if surgery and (risky := page.hits(_TABLE, "surgery_risky", page.assessed)):
        why = "a decision on an operation of high risk"
        return Element(NAME, Level.HIGH, why, (surgery[0], risky[0]))
    return _moderate(page, surgery) or _low(page)


def _moderate(page: Page, surgery: Sequence[Span]) -> Element | None:
    if drugs := _managed(page, "drugs") or page.real(_TABLE, "prescription_words", page.assessed):
        return Element(NAME, Level.MODERATE, "management of a prescription drug", drugs[:2])
    if doses := _unnamed(page):
        return Element(NAME, Level.MODERATE, "management of a prescription drug", doses[:2])
    if surgery:
        why = "a decision on an operation without named risk factors"
        return Element(NAME, Level.MODERATE, why, tuple(surgery[:2]))
    if social := page.hits(_TABLE, "social", page.assessed):
        why = "care limited by social circumstances"
        return Element(NAME, Level.MODERATE, why, social[:2])
    return None


def _low(page: Page) -> Element:
    for name, why in (
        ("minor_procedure", "a minor procedure"),
        ("over_the_counter", "a drug sold without prescription"),
        ("low_treatment", "therapy, referral or advice"),
    ):
        if hits := page.real(_TABLE, name, page.assessed):
            return Element(NAME, Level.LOW, why, hits[:2])
    return Element(NAME, Level.STRAIGHTFORWARD, "nothing that carries a risk")


def _managed(page: Page, name: str) -> tuple[Span, ...]:
    """Drugs that the assessment starts, keeps, changes or stops, in the words of one sentence."""
    return tuple(
        drug
        for drug in page.real(_TABLE, name, page.assessed)
        if page.near(_TABLE, "manage", drug) or page.near(_TABLE, "dose", drug)
    )


def _unnamed(page: Page) -> tuple[Span, ...]:
    """Doses of drugs that the table does not know, where no drug without prescription is near."""
    return tuple(
        dose
        for dose in page.real(_TABLE, "dose", page.assessed)
        if page.near(_TABLE, "manage", dose) and not page.near(_TABLE, "over_the_counter", dose)
    )
