"""The rule that puts modifiers on the procedures of one code system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from codesets.linkage import Linkage
from coding.claims.cued import cued_grants
from coding.claims.digits import coronary_grants, eyelid_grants, finger_grants, toe_grants
from coding.claims.distinct import distinct_grants
from coding.claims.grants import CPT_MODIFIERS, Grant, with_grants
from coding.claims.scene import Scene
from coding.claims.sides import side_grants
from coding.claims.visits import visit_grants
from coding.protocols import CodeSystem
from coding.types import Code, Draft, Finding, Reading, Severity, Suggestion, System

SYSTEMS = (System.CPT, System.HCPCS)


@dataclass(frozen=True, slots=True)
class ClaimModifiers:
    """Puts the modifiers that the note supports on CPT and HCPCS codes, each with its proof.

    `known` are the modifiers of the loaded lists: what is not among them is named in a finding.
    """

    linkage: Linkage
    known: frozenset[str]
    id: str = "claims.modifiers"
    citation: str = field(default=f"{CPT_MODIFIERS}; Medicare Claims Processing Manual, chapter 12")

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Mark each procedure of the step's system."""
        if codes.system not in SYSTEMS:
            return draft
        scene = Scene(draft, reading, self.linkage)
        marked: dict[Code, Suggestion] = {}
        unknown: dict[str, list[Code]] = {}
        for suggestion in scene.procedures(codes.system):
            grants = tuple(modifier_grants(scene, suggestion, self.known))
            marked[suggestion.code] = with_grants(
                suggestion, (g for g in grants if g.modifier in self.known)
            )
            for grant in grants:
                if grant.modifier not in self.known:
                    unknown.setdefault(grant.modifier, []).append(suggestion.code)
        draft = replace(draft, suggestions=tuple(marked.get(s.code, s) for s in draft.suggestions))
        for modifier, bearers in sorted(unknown.items()):
            draft = draft.find(self._not_loaded(modifier, tuple(bearers)))
        return draft

    def _not_loaded(self, modifier: str, bearers: tuple[Code, ...]) -> Finding:
        return Finding(
            rule="claims.modifier-not-loaded",
            severity=Severity.INFO,
            codes=bearers,
            message=f"the note supports modifier {modifier}, which no loaded list has: not given",
            citation=self.citation,
        )


def modifier_grants(scene: Scene, suggestion: Suggestion, known: frozenset[str]) -> Iterator[Grant]:
    """All that the note supports for one procedure; the exact place before the mere side."""
    kinds = scene.kinds(suggestion)
    if "visit" in kinds:
        yield from visit_grants(scene, suggestion)
    else:
        yield from place_grants(scene, suggestion)
        yield from distinct_grants(scene, suggestion, known)
    yield from cued_grants(scene, suggestion)


def place_grants(scene: Scene, suggestion: Suggestion) -> tuple[Grant, ...]:
    """Digit, lid or artery where the code has one and the note names it, else the side."""
    kinds = scene.kinds(suggestion)
    if "both" in kinds:
        return ()
    for kind, find in (
        ("finger", finger_grants),
        ("toe", toe_grants),
        ("eyelid", eyelid_grants),
        ("coronary", coronary_grants),
    ):
        if kind in kinds and (found := find(scene, suggestion)):
            return found
    return tuple(side_grants(scene, suggestion)) if "paired" in kinds else ()
