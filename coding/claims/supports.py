"""Which accepted diagnoses justify a procedure: the pointers of the claim form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from codesets.linkage import Linkage
from codesets.words import normalise
from coding.claims.scene import BACKGROUND_LABELS, PROCEDURE_LABELS, Scene
from coding.protocols import CodeSystem
from coding.types import Code, Draft, ProofStep, Reading, Span, Suggestion

MAX_POINTERS = 4
"""Diagnosis pointers of one line of the claim form (CMS-1500, item 24E)."""

# What ties a procedure to a diagnosis, strongest first; a tie below _ENOUGH is chance.
_TYPICAL, _SENTENCE, _POSTOPERATIVE, _SITE, _POSSIBLE, _SECTION, _NEAR = (
    4.0,
    2.0,
    1.5,
    1.5,
    1,
    1,
    0.5,
)
_ENOUGH = 1.5
_BESIDE = 0.5
_NEAR_CHARS = 300
_CACHED_TITLES = 4_096
_LEADING = 0.4
_CONCLUDING = frozenset({"postoperative_diagnosis", "discharge_diagnosis", "diagnosis"})
_REASONS = frozenset({"preoperative_diagnosis", "indications", "admission_diagnosis"})
_GENERIC = frozenset(
    """right left bilater unspecifi other without disord initial encount chronic acut diseas syndrom
    procedur repair remov insert excis biopsi exam test view visit patient type site inject
    upper lower due complic histori postoper abnorm find level minut""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Tie:
    """How strongly a diagnosis justifies a procedure, why, and the words of the note for it."""

    strength: float
    why: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Supports:
    """Points each procedure at the accepted diagnoses that justify it, best first."""

    linkage: Linkage
    id: str = "claims.supports"
    citation: str = "CMS-1500, item 24E; codesets/linkage/supports.tsv"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Link the procedures of the step's system."""
        scene = Scene(draft, reading, self.linkage)
        linked: dict[Code, Suggestion] = {}
        if scene.diagnoses:
            for suggestion in scene.procedures(codes.system):
                linked[suggestion.code] = self._linked(scene, suggestion)
        if not linked:
            return draft
        return replace(draft, suggestions=tuple(linked.get(s.code, s) for s in draft.suggestions))

    def _linked(self, scene: Scene, procedure: Suggestion) -> Suggestion:
        ties = ranked_ties(scene, procedure)[:MAX_POINTERS]
        if not ties:
            return procedure
        steps = tuple(
            ProofStep("rule", f"{self.id}: {value}, {tie.why}", tie.spans, self.citation)
            for value, tie in ties
        )
        values = tuple(value for value, _ in ties)
        return replace(procedure, supports=values, proof=procedure.proof + steps)


def ranked_ties(scene: Scene, procedure: Suggestion) -> list[tuple[str, Tie]]:
    """The diagnoses that justify a procedure, the strongest tie first, then in claim order."""
    if "visit" in scene.kinds(procedure):
        return [(s.code.value, _visit_tie(scene, s)) for s in _dealt_with(scene, procedure)]
    found = [
        (d.code.value, tie)
        for place, d in enumerate(scene.diagnoses)
        if (tie := _tie(scene, procedure, d, leading=place == 0)) is not None
    ]
    found.sort(key=lambda pair: -pair[1].strength)
    # Beside a diagnosis that justifies it, one that merely stands near says nothing.
    return [pair for pair in found if pair[1].strength >= _BESIDE * found[0][1].strength]


def _dealt_with(scene: Scene, visit: Suggestion) -> list[Suggestion]:
    """The diagnoses of a visit in the order of the claim: no external causes, reasons first."""
    relations = scene.linkage.relations(visit.code)
    usable = [s for s in scene.diagnoses if not "V00" <= s.code.value[:3] <= "Y99"]
    reasons = [s for s in usable if any(r.covers(s.code.value) for r in relations)]
    diseases = [s for s in usable if s not in reasons and not s.code.value.startswith("Z")]
    return [*reasons, *diseases, *(s for s in usable if s not in reasons and s not in diseases)]


def _visit_tie(scene: Scene, diagnosis: Suggestion) -> Tie:
    return Tie(_TYPICAL, "dealt with at the visit", scene.own(diagnosis)[:1])


def _tie(
    scene: Scene, procedure: Suggestion, diagnosis: Suggestion, *, leading: bool
) -> Tie | None:
    """The tie of two codes; None where the note and the table hold none that is enough."""
    parts = list(_parts(scene, procedure, diagnosis))
    # Several weak signs of different kinds make one: possible, and in the same section.
    if sum(strength for strength, _ in parts) < _ENOUGH:
        return None
    strength = sum(strength for strength, _ in parts) + (_LEADING if leading else 0.0)
    why = "; ".join(why for _, why in parts[:2])
    spans = tuple(sorted({*scene.own(diagnosis)[:1], *scene.own(procedure)[:1]}))
    return Tie(strength, why, spans)


def _parts(
    scene: Scene, procedure: Suggestion, diagnosis: Suggestion
) -> Iterator[tuple[float, str]]:
    value = diagnosis.code.value
    relations = scene.linkage.relations(procedure.code)
    fitting = [r for r in relations if r.covers(value)]
    typical = next((r for r in fitting if r.typical), None)
    if typical is not None:
        yield _TYPICAL, f"typical of {typical.name}"
    elif fitting:
        yield _POSSIBLE, f"possible with {fitting[0].name}"
    elif any(r.typical for r in relations) and not scene.operative:
        # The table knows what this is done for, and the diagnosis is not it.
        return
    if "V00" <= value[:3] <= "Y99":
        return
    labels = {scene.label(span) for span in scene.own(diagnosis)}
    if scene.operative and labels & _CONCLUDING:
        yield _POSTOPERATIVE, "the diagnosis after the operation"
    elif scene.operative and labels & _REASONS:
        yield _SECTION, "the reason of the operation"
    if _same_words(procedure, diagnosis):
        yield _SITE, "same site in both titles"
    yield from _nearness(scene, procedure, diagnosis)


def _same_words(procedure: Suggestion, diagnosis: Suggestion) -> bool:
    return bool(_stems(procedure.display) & _stems(diagnosis.display))


@lru_cache(_CACHED_TITLES)
def _stems(words: str) -> frozenset[str]:
    return frozenset(t.stem for t in normalise(words) if len(t.stem) > 3) - _GENERIC


def _nearness(
    scene: Scene, procedure: Suggestion, diagnosis: Suggestion
) -> Iterator[tuple[float, str]]:
    """Same sentence, same section or a short way apart in the note."""
    ours, theirs = scene.own(procedure), scene.own(diagnosis)
    if any(scene.sentence(a).overlaps(b) for a in ours for b in theirs):
        yield _SENTENCE, "in the same sentence"
        return
    barred = BACKGROUND_LABELS | PROCEDURE_LABELS | {"none", "other"}
    shared = {scene.section(a) for a in ours} & {scene.section(b) for b in theirs}
    if any(section is not None and section.label not in barred for section in shared):
        yield _SECTION, "in the same section"
    elif any(_apart(a, b) <= _NEAR_CHARS for a in ours for b in theirs):
        yield _NEAR, "close by in the note"


def _apart(one: Span, other: Span) -> int:
    return max(0, one.start - other.end, other.start - one.end)
