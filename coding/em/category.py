"""Which kind of visit a note tells of, if it tells of one at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coding.em.families import PREVENTIVE
from coding.em.page import Page
from coding.em.time import CRITICAL_MINUTES, critical_care_time
from coding.types import Setting, Span

_TABLE = "category"
_OPERATIVE = frozenset(
    {"procedure_description", "anesthesia", "blood_loss", "specimens", "complications"}
)
_OPERATIVE_DIAGNOSES = frozenset({"preoperative_diagnosis", "postoperative_diagnosis"})
_TOLD = frozenset({"chief_complaint", "history_present_illness", "subjective", "hospital_course"})
_NURSE = "office-nurse"
_STAFF = ("nurse", "medical assistant")
_JUDGED = frozenset({"assessment", "impression", "assessment_plan", "plan", "diagnosis"})


@dataclass(frozen=True, slots=True)
class Category:
    """The kind of visit, a family name without new or established, and the words that show it.

    `family` is None where the note is no visit; `why` then says what it is.
    """

    family: str | None
    spans: tuple[Span, ...] = ()
    why: str = ""


_NO_VISIT = (
    ("operative", "an operative or procedure note"),
    ("imaging", "a report of a test"),
    ("therapy", "a note of a therapist or dietitian"),
    ("testing", "a report of psychological testing"),
)


def category(page: Page) -> Category:
    """The kind of visit: what is no visit is found first, then the rare kinds, then the setting."""
    found = _no_visit(page) or _rare(page)
    if found is not None:
        return found
    setting = page.reading.note.setting
    if setting is Setting.EMERGENCY:
        return Category("emergency")
    return _inpatient(page) if setting is Setting.INPATIENT else _outpatient(page)


def _no_visit(page: Page) -> Category | None:
    labels = page.labels()
    operated = len(labels & _OPERATIVE) + 2 * bool(labels & _OPERATIVE_DIAGNOSES)
    if operated > 1 and not (labels & {"discharge_diagnosis", "plan"} and labels & _TOLD):
        return Category(None, (), _NO_VISIT[0][1])
    # A visit at which something is done has a history and an assessment around it.
    visited = bool(labels & _TOLD and labels & _JUDGED) and not operated
    for name, why in _NO_VISIT:
        if name == _NO_VISIT[0][0] and visited:
            continue
        if hits := page.hits(_TABLE, name, page.opening):
            return Category(None, hits[:2], why)
    if not labels & (_TOLD | _JUDGED):
        return Category(None, (), "no history and no assessment") if _bare(page) else None
    return None


def _bare(page: Page) -> bool:
    """Whether nothing in the note speaks of a visit."""
    return not page.hits(_TABLE, "visit", page.whole)


def _rare(page: Page) -> Category | None:
    minutes = critical_care_time(page)
    if minutes is not None and minutes.possible and minutes.value >= CRITICAL_MINUTES:
        return Category("critical-care", minutes.spans)
    for name, family, where in _RARE:
        if hits := page.real(_TABLE, name, where(page)):
            return Category(family, hits[:2])
    return None


def _inpatient(page: Page) -> Category:
    labels = page.labels()
    discharge = page.real(_TABLE, "discharge", page.opening)
    if discharge or labels & {"discharge_diagnosis", "discharge_medications"}:
        same_day = page.real(_TABLE, "same_day", page.whole)
        family = "hospital-same-day" if same_day else "hospital-discharge"
        return Category(family, (*discharge[:1], *same_day[:1]))
    for name, family in (
        ("consultation", "consultation-inpatient"),
        ("progress", "hospital-subsequent"),
        ("admission", "hospital-initial"),
    ):
        if hits := page.real(_TABLE, name, page.opening):
            return Category(family, hits[:2])
    fresh = labels & {"chief_complaint", "past_medical_history", "social_history"}
    return Category("hospital-initial" if len(fresh) > 1 else "hospital-subsequent")


def _outpatient(page: Page) -> Category:
    for name, family, where in _OUTPATIENT:
        if hits := page.real(_TABLE, name, where(page)):
            return Category(family, hits[:2])
    asked = page.real(_TABLE, "consultation", page.before_plan)
    if asked and not _seen_before(page) and not page.real("newness", "new", page.opening):
        return Category("consultation-office", asked[:2])
    return Category(_NURSE if _by_staff(page) else "office")


def _by_staff(page: Page) -> bool:
    """Whether who signs is staff that cannot report visits of a higher level."""
    role = (page.reading.note.author_role or "").lower()
    return any(word in role for word in _STAFF) and "practitioner" not in role


def _seen_before(page: Page) -> bool:
    return bool(page.real("newness", "seen_before", page.before_plan))


Where = Callable[[Page], tuple[Span, ...]]


def _whole(page: Page) -> tuple[Span, ...]:
    return page.whole


def _opening(page: Page) -> tuple[Span, ...]:
    return page.opening


def _reasons(page: Page) -> tuple[Span, ...]:
    """Where the note says what the patient came for."""
    complaints = tuple(s.body for s in page.reading.sections if s.label == "chief_complaint")
    return (*complaints, *page.hits(_TABLE, "came_for", page.opening))


def _told(page: Page) -> tuple[Span, ...]:
    return page.told


_RARE: tuple[tuple[str, str, Where], ...] = (
    ("disability", "disability", _whole),
    ("postoperative", "postoperative", _opening),
)
_OUTPATIENT: tuple[tuple[str, str, Where], ...] = (
    ("nursing_facility", "nursing", _opening),
    ("home", "home", _opening),
    ("preventive", PREVENTIVE, _reasons),
    ("audio", "audio", _told),
)
