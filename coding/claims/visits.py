"""Modifier 25 on a visit beside a procedure of the day, 57 on one that decided an operation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coding.claims.cued import stated
from coding.claims.grants import CMS_CLAIMS, NCCI, Grant
from coding.claims.scene import Scene
from coding.rules._draft import accepted
from coding.types import Role, Span, Suggestion, System

_HISTORY = frozenset({"history_present_illness", "subjective", "chief_complaint"})
_EXAM = frozenset({"physical_exam", "vitals", "objective", "review_of_systems"})
_JUDGEMENT = frozenset({"assessment", "assessment_plan", "plan", "impression", "problem_list"})
_GROUPS = (_HISTORY, _EXAM, _JUDGEMENT)
_ENOUGH_GROUPS = 2
_MANAGEMENT = re.compile(
    r"\b(?:prescrib\w+|prescription|refill\w*|start(?:ed)?\s+on|increase\w*|decrease\w*|continue"
    r"|initiate\w*|order(?:ed|s)?|refer(?:red|ral)|discussed|counsel\w+|follow[- ]?up)\b",
    re.IGNORECASE,
)


def visit_grants(scene: Scene, visit: Suggestion) -> Iterator[Grant]:
    """25 or 57 for a visit, where an accepted procedure of the same day stands beside it."""
    others = tuple(_others(scene, visit))
    preventive = _preventive(scene, visit)
    if preventive is not None:
        why = f"a problem dealt with beside the preventive visit {preventive.code.value}"
        spans = (*scene.own(visit)[:1], *scene.own(preventive)[:1])
        yield Grant("25", why, tuple(sorted(set(spans))), f"{CMS_CLAIMS}, 30.6.1.1")
    major = [s for s in others if "major" in scene.kinds(s)]
    minor = [s for s in others if scene.kinds(s) & {"minor", "service"}]
    if major and (decided := _decided(scene)):
        why = f"decision for {major[0].code.value}, a major operation, made at the visit"
        yield Grant("57", why, (decided,), f"{CMS_CLAIMS}, 40.2")
    if minor and not preventive and (signs := separate_signs(scene, minor)):
        names = ", ".join(s.code.value for s in minor[:3])
        why = f"visit of its own beside {names}"
        yield Grant("25", why, signs, f"{CMS_CLAIMS}, 30.6.6; {NCCI}, D")


def separate_signs(scene: Scene, procedures: list[Suggestion]) -> tuple[Span, ...]:
    """What shows work beyond the procedures: parts of a whole visit, or another problem managed.

    Two of history, examination and judgement under their titles, else an accepted diagnosis that is
    not what the procedures are for together with words of its management. Empty where neither is.
    """
    parts = [
        next((s.title for s in scene.reading.sections if s.label in group and len(s.title)), None)
        for group in _GROUPS
    ]
    titles = tuple(title for title in parts if title is not None)
    if len(titles) >= _ENOUGH_GROUPS:
        return titles
    other = _other_problem(scene, procedures)
    managed = _MANAGEMENT.search(scene.text)
    if other is not None and managed is not None:
        return tuple(sorted((other, Span(*managed.span()))))
    return ()


def _preventive(scene: Scene, visit: Suggestion) -> Suggestion | None:
    """The accepted preventive visit of the day beside a visit for a problem, if there is one."""
    if "preventive" in scene.kinds(visit):
        return None
    for suggestion in scene.draft.suggestions:
        if accepted(suggestion) and "preventive" in scene.kinds(suggestion):
            return suggestion
    return None


def _others(scene: Scene, visit: Suggestion) -> Iterator[Suggestion]:
    for suggestion in scene.draft.suggestions:
        if suggestion.role is not Role.PROCEDURE or suggestion.code == visit.code:
            continue
        if suggestion.code.system is System.ICD10PCS or not accepted(suggestion):
            continue
        if "visit" not in scene.kinds(suggestion):
            yield suggestion


def _decided(scene: Scene) -> Span | None:
    for cue in scene.linkage.cues("57"):
        for match in scene.matches(cue.pattern, Span(0, len(scene.text))):
            span = Span(*match.span())
            if stated(scene.lookup, span):
                return span
    return None


def _other_problem(scene: Scene, procedures: list[Suggestion]) -> Span | None:
    """The words of an accepted diagnosis that none of the procedures is typically for."""
    for diagnosis in scene.diagnoses:
        relations = (r for s in procedures for r in scene.linkage.relations(s.code))
        if not any(r.typical and r.covers(diagnosis.code.value) for r in relations):
            return scene.own(diagnosis)[0]
    return None
