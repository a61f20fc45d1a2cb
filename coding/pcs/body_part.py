"""The body part of an operation and its side.

Source: ICD-10-PCS Official Guidelines B3.2a (the same operation on several body parts), B4.1 - B4.8
(which value), B4.3 (bilateral values).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from coding.pcs.axes import Basis
from coding.pcs.note_words import Where
from coding.pcs.operations import Act
from coding.pcs.parts import PartMention
from coding.pcs.scene import Scene, Story
from coding.pcs.tables import SURGICAL, Tables
from coding.pcs.templates import Template
from coding.pcs.words import Found, SideWord
from coding.types import Span

RIGHT, LEFT, BOTH, NO_SIDE = "R", "L", "B", ""
# Places between an operation and the body part it was done to.
_NEAR = 14
# Places between a body part and the word for its side.
_SIDE_NEAR = 4
_MOST_PARTS = 4
_JOINED = re.compile(r"(?:,|\band\b|&|/|;|#|\s)+", re.I)


@dataclass(frozen=True, slots=True)
class ChosenPart:
    """A body part in a table, with its side, the words that say so, and what it rests on."""

    stem: str
    character: str
    basis: Basis
    spans: tuple[Span, ...]


def choose_parts(
    template: Template, act: Act, scene: Scene, story: Story, tables: Tables
) -> list[ChosenPart]:
    """The body parts that one template stands for here; none where no table fits."""
    stem = f"{template.section}{template.system}{template.operation}"
    if template.character:
        return [ChosenPart(stem, template.character, Basis.NAMED, (act.found.span,))]
    if template.parts:
        return list(_of_name(template, stem, act, scene, story, tables))
    return list(_of_mentions(template, act, scene, story, tables))


def _of_name(
    template: Template, stem: str, act: Act, scene: Scene, story: Story, tables: Tables
) -> Iterator[ChosenPart]:
    """One of the body parts that the name of a procedure allows."""
    wanted = [key for key in template.parts if tables.sides(stem, key)]
    if not wanted:
        return
    key, mention, basis = wanted[0], None, Basis.NAMED
    if len(template.parts) > 1:
        basis = Basis.UNDOCUMENTED
        for one in _mentions(act, scene, story):
            fitting = [k for k in one.in_system(_system(stem)) if k in wanted]
            if fitting:
                key, mention, basis = fitting[0], one, Basis.DOCUMENTED
                break
    else:
        mention = _beside(act, key, _system(stem), scene)
    if basis is Basis.UNDOCUMENTED and scene.line.where is Where.TITLE:
        key = _most_told(wanted, _system(stem), story)
    context = (act, scene, story)
    yield from _sided(stem, key, template, context, mention, basis, tables)
    if mention is not None:
        for other in scene.parts:
            if _joined(mention, other, scene):
                yield from _listed(template, key, context, other, tables)


def _listed(
    template: Template,
    named: str,
    context: tuple[Act, Scene, Story],
    other: PartMention,
    tables: Tables,
) -> Iterator[ChosenPart]:
    """The same operation on a body part that stands in one list with that of its name (B3.2a)."""
    for system, key in other.places:
        stem = _stem(replace(template, system=""), system)
        if key != named and stem is not None and tables.sides(stem, key):
            yield from _sided(stem, key, template, context, other, Basis.DOCUMENTED, tables)
            return


def _beside(act: Act, key: str, system: str, scene: Scene) -> PartMention | None:
    """Where the same stretch of a sentence names the body part that a name stands for."""
    near = (
        m
        for m in scene.parts
        if key in m.in_system(system) and m.found.segment == act.found.segment
    )
    return min(near, key=lambda m: act.found.distance(m.found), default=None)


def _most_told(wanted: Sequence[str], system: str, story: Story) -> str:
    """Of the body parts that a name allows the one that the report names most, else the first."""
    told = Counter(
        key
        for scene in story.scenes
        if scene.line.where in (Where.DIAGNOSIS, Where.DESCRIPTION)
        for mention in scene.parts
        for key in mention.in_system(system)
        if key in wanted
    )
    return max(wanted, key=lambda key: (told[key], -wanted.index(key)))


def _of_mentions(
    template: Template, act: Act, scene: Scene, story: Story, tables: Tables
) -> Iterator[ChosenPart]:
    """The body parts that the note names for an operation whose name has none."""
    taken: list[PartMention] = []
    for mention in _mentions(act, scene, story):
        if mention not in scene.parts and taken:
            return
        if taken and not any(_joined(one, mention, scene) for one in taken):
            continue
        for system, key in mention.places:
            stem = _stem(template, system)
            if stem is None or not tables.sides(stem, key):
                continue
            yield from _sided(
                stem, key, template, (act, scene, story), mention, Basis.DOCUMENTED, tables
            )
            taken.append(mention)
            break
        if len(taken) == _MOST_PARTS:
            return


def _stem(template: Template, system: str) -> str | None:
    if template.system:
        return (
            f"{template.section}{template.system}{template.operation}"
            if system == template.system
            else None
        )
    if len(system) == 2:
        return f"{system}{template.operation}"
    return f"{SURGICAL}{system}{template.operation}"


def _system(stem: str) -> str:
    return stem[1] if stem[0] == SURGICAL else stem[:2]


def _mentions(act: Act, scene: Scene, story: Story) -> Iterator[PartMention]:
    """Body parts near an operation, the likeliest first.

    After them, for a line of titles, those of the other titles and of the diagnoses.
    """

    def order(mention: PartMention) -> tuple[bool, int, int]:
        found = mention.found
        before = found.words[0].place < act.found.words[0].place
        apart = act.found.distance(found) + 2 * before
        return (found.segment != act.found.segment, apart, -len(found.words))

    near = [m for m in scene.parts if act.found.distance(m.found) <= _NEAR]
    yield from sorted(near, key=order)
    if scene.line.where is Where.TITLE:
        for other in (*story.titles, *story.diagnoses):
            yield from (m for m in other.parts if other is not scene)


def _joined(first: PartMention, other: PartMention, scene: Scene) -> bool:
    """Whether a body part stands in one list with another: "biopsies of liver and pancreas"."""
    if other.span.overlaps(first.span):
        return False
    ends = sorted((first.span, other.span))
    start, end = ends[0].end - scene.line.sentence.span.start, ends[1].start
    between = scene.line.sentence.text[start : end - scene.line.sentence.span.start]
    bare = _JOINED.sub(
        " ", re.sub(r"\b(?:the|right|left|bilateral|of)\b", " ", between, flags=re.I)
    )
    return bool(between) and not bare.strip()


def _sided(
    stem: str,
    key: str,
    template: Template,
    context: tuple[Act, Scene, Story],
    mention: PartMention | None,
    basis: Basis,
    tables: Tables,
) -> Iterator[ChosenPart]:
    """The values of a body part by the side that the note names, both where it names both."""
    act, scene, story = context
    sides = tables.sides(stem, key)
    words = (mention.span,) if mention else (act.found.span,)
    if template.side:
        wanted = NO_SIDE if template.side == "-" else template.side
        yield from _values(stem, sides, wanted, basis, words)
        return
    if set(sides) == {NO_SIDE}:
        yield ChosenPart(stem, sides[NO_SIDE], basis, words)
        return
    anchors = [mention.found, act.found] if mention else [act.found]
    # A part that can be coded without side is not of the side that the note speaks of elsewhere.
    found = _side_near(anchors, scene) or (None if NO_SIDE in sides else story.side)
    if found is not None:
        side, span = found
        yield from _values(stem, sides, side, _told(basis), (*words, span))
    else:
        # Without a word of side the value without side, else a guess that a query asks about.
        guess = next(s for s in (NO_SIDE, RIGHT, LEFT, BOTH) if s in sides)
        yield ChosenPart(stem, sides[guess], Basis.UNDOCUMENTED, words)


def _told(basis: Basis) -> Basis:
    """With a side from the note a part named by the procedure is documented, a guess is not."""
    return Basis.DOCUMENTED if basis is Basis.NAMED else basis


def _values(
    stem: str, sides: Mapping[str, str], side: str, basis: Basis, spans: tuple[Span, ...]
) -> Iterator[ChosenPart]:
    """Guideline B4.3: one bilateral value where there is one, else a code for each side."""
    if side in sides:
        yield ChosenPart(stem, sides[side], basis, spans)
    elif side == BOTH:
        for one in (RIGHT, LEFT):
            if one in sides:
                yield ChosenPart(stem, sides[one], basis, spans)
    elif NO_SIDE in sides:
        yield ChosenPart(stem, sides[NO_SIDE], basis, spans)


def _side_near(anchors: Sequence[Found[object]], scene: Scene) -> tuple[str, Span] | None:
    """The side named nearest in the same stretch between breaks, else in the sentence."""

    def distance(word: SideWord) -> int:
        return min(anchor.distance(word) for anchor in anchors)

    segments = {anchor.segment for anchor in anchors}
    same = [w for w in scene.sides if w.segment in segments]
    close = [w for w in same if distance(w) <= _SIDE_NEAR]
    near = close or same or list(scene.sides)
    if not near:
        return None
    named = {w.side for w in same}
    if BOTH in named or {RIGHT, LEFT} <= {w.side for w in close}:
        word = next((w for w in same if w.side == BOTH), near[0])
        return BOTH, word.span
    nearest = min(near, key=distance)
    return nearest.side, nearest.span
