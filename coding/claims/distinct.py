"""59, or better XE, XS, XP, XU: a procedure that the note sets apart from another of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coding.claims.cued import find_cue
from coding.claims.grants import NCCI, Grant
from coding.claims.scene import Scene
from coding.claims.sides import Side, mentions
from coding.types import Span, Suggestion

SUBSETS = ("XE", "XP", "XS", "XU")
_SITES = re.compile(
    r"\b(scalp|forehead|temple|eyebrow|eyelid|nose|nasal|ala|cheek|lip|chin|ear|face|neck|shoulder"
    r"|chest|breast|abdomen|flank|back|buttock|groin|hip|thigh|knee|shin|calf|leg|ankle|heel|foot"
    r"|great toe|toe|arm|forearm|elbow|wrist|carpal tunnel|hand|palm|thumb|index|finger|esophag\w+"
    r"|stomach|antr\w+|fundus|duoden\w+|jejun\w+|ileum|cecum|ascending|hepatic flexure|transverse"
    r"|splenic flexure|descending|sigmoid|rect\w+|trigone|dome|lateral wall|posterior wall"
    r"|bladder neck|medial compartment|lateral compartment|patell\w+)s?\b",
    re.IGNORECASE,
)


def distinct_grants(scene: Scene, suggestion: Suggestion, known: frozenset[str]) -> Iterator[Grant]:
    """One of X{EPSU} where the lists know it, else 59, for a procedure beside another of its kind.

    Medicare takes either and asks for the more exact one (NCCI Policy Manual, chapter I, E).
    """
    bundles = scene.linkage.distinct(suggestion.code)
    for other in scene.procedures(suggestion.code.system) if bundles else ():
        relation = _bundled(scene, suggestion, other)
        if relation is None:
            continue
        for exact, why, spans in _apart(scene, suggestion, other):
            modifier = exact if exact in known else "59"
            kind = "more exact than 59" if modifier == exact else f"{exact} is not in the lists"
            beside = f"{why} from {other.code.value} ({relation}; {kind})"
            yield Grant(modifier, beside, spans, f"{NCCI}, E")
            return


def _bundled(scene: Scene, one: Suggestion, other: Suggestion) -> str | None:
    """What makes the one part of the other, if the one is who bears the modifier."""
    if one.code == other.code:
        return None
    for what in scene.linkage.distinct(one.code):
        if what.covers(other.code.value):
            back = any(w.covers(one.code.value) for w in scene.linkage.distinct(other.code))
            return what.name if not back or one.code.value < other.code.value else None
    return None


def _apart(
    scene: Scene, one: Suggestion, other: Suggestion
) -> Iterator[tuple[str, str, tuple[Span, ...]]]:
    """What the note says sets two procedures apart: words for it, or two different sites."""
    for modifier in SUBSETS:
        for cue in scene.linkage.cues(modifier):
            if (span := find_cue(scene, one, cue)) is not None:
                yield modifier, "set apart", (span,)
    ours, theirs = _sites(scene, one), _sites(scene, other)
    if ours and theirs and not {site for site, _ in ours} & {site for site, _ in theirs}:
        spans = tuple(sorted({ours[0][1], theirs[0][1]}))
        yield "XS", f"another site ({ours[0][0]}, {theirs[0][0]})", spans


def _sites(scene: Scene, suggestion: Suggestion) -> list[tuple[str, Span]]:
    """The sites in a procedure's own words, else in their sentences; with the side where named."""
    for stretches in (scene.own(suggestion), scene.sentences(suggestion)):
        found = []
        for stretch in stretches:
            sides = {sided.side for sided in mentions(scene, stretch)} - {Side.BOTH}
            side = f"{sides.pop()} " if len(sides) == 1 else ""
            for match in scene.matches(_SITES, stretch):
                found.append((side + match[1].lower(), Span(*match.span())))
        if found:
            return found
    return []
