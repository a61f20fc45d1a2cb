"""One operation of a note joined, axis by axis, into codes that exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from coding.pcs.approach import EXTERNAL, OPEN, PERCUTANEOUS, Chosen, choose_approach
from coding.pcs.axes import NAMES, Basis, DocumentedAxis
from coding.pcs.body_part import ChosenPart, choose_parts
from coding.pcs.devices import NONE, choose_device, choose_qualifier
from coding.pcs.note_words import Where
from coding.pcs.operations import Act
from coding.pcs.scene import Scene, Story
from coding.pcs.tables import APPROACH, DEVICE, PART, QUALIFIER, SURGICAL, Tables
from coding.pcs.templates import OPEN as UNSAID
from coding.pcs.templates import Template
from coding.pcs.words import Found
from coding.types import Span

T = TypeVar("T")
_OPERATION = 3
# What is guessed of a device that must be there: synthetic, autologous, internal fixation.
_USUAL_DEVICES = ("J", "7", "4")
# Root operations that are about a device: without its name there is no code.
_ON_DEVICES = frozenset("HPW2")
# What a general word means where the body part has no such root operation: only limbs are detached.
_ELSEWHERE = {"6": "T", "T": "B", "X": "S", "S": "Q", "V": "Q", "8": "N", "U": "Q"}
# Bones, where a device without a name is one that holds a fracture.
_BONES = "NPQ"
# Where neither note nor name tells the approach.
_USUAL_APPROACHES = (OPEN, EXTERNAL, PERCUTANEOUS, "7", "8", "4")
_DIAGNOSTIC = "X"


@dataclass(frozen=True, slots=True)
class Built:
    """A code, what each of its axes rests on, and the operation and template it was made of."""

    code: str
    axes: tuple[DocumentedAxis, ...]
    act: Act
    scene: Scene
    rank: int

    @property
    def guesses(self) -> int:
        """How many axes no word of the note tells."""
        return sum(axis.basis is Basis.UNDOCUMENTED for axis in self.axes)


def build_codes(act: Act, scene: Scene, story: Story, tables: Tables) -> Iterator[Built]:
    """The codes that one operation stands for, complete, in the order of its name."""
    built = list(_of_act(act, scene, story, tables))
    if not built and not act.general and all(_open(template) for template in act.plain):
        # "Drainage of abscess" is of the skin, unless another organ stands beside it.
        anywhere = replace(act, plain=(replace(act.plain[0], system=""),), with_device=())
        built = list(_of_act(anywhere, scene, story, tables))
    yield from built


def _open(template: Template) -> bool:
    return not template.parts and not template.character and template.section == SURGICAL


def _of_act(act: Act, scene: Scene, story: Story, tables: Tables) -> Iterator[Built]:
    for template in _templates(act, scene, story, tables):
        built = list(_of_template(template, act, scene, story, tables))
        titled = scene.line.where is Where.TITLE
        if not built and titled and act.general and template.operation in _ELSEWHERE:
            other = replace(template, operation=_ELSEWHERE[template.operation])
            built = list(_of_template(other, act, scene, story, tables))
        yield from built


def _of_template(
    template: Template, act: Act, scene: Scene, story: Story, tables: Tables
) -> Iterator[Built]:
    for part in choose_parts(template, act, scene, story, tables):
        built = _complete(template, part, act, scene, story, tables)
        if built is not None:
            yield built


def _templates(act: Act, scene: Scene, story: Story, tables: Tables) -> tuple[Template, ...]:
    """With a device or without: a hernia repaired with mesh is supplemented."""
    for template in act.with_device:
        for part in choose_parts(template, act, scene, story, tables):
            prefix = f"{part.stem}{part.character}"
            for approach in sorted(tables.options(prefix)):
                cues = (*scene.devices, *story.devices)
                if choose_device(prefix + approach, cues, cues, tables):
                    return act.with_device
    return _ranked(act, scene, story)


def _ranked(act: Act, scene: Scene, story: Story) -> tuple[Template, ...]:
    """Of the alternatives that a name stands for first those whose body part the note names."""
    if not any(template.rank for template in act.plain):
        return act.plain
    fitting = _fitting(act, scene)
    if not fitting and scene.line.where is Where.TITLE:
        # "Herniorrhaphy", and the diagnosis tells of which hernia.
        fitting = {rank for told in story.diagnoses for rank in _fitting(act, told)}
    if not fitting or 0 in fitting:
        return act.plain
    first = min(fitting)
    return tuple(
        replace(t, rank=0 if t.rank == first else t.rank + (t.rank < first)) for t in act.plain
    )


def _fitting(act: Act, scene: Scene) -> set[int]:
    """The alternatives of a name whose body part a line names."""
    named = {place for mention in scene.parts for place in mention.places}
    systems = {system for system, _ in named}
    return {
        t.rank
        for t in act.plain
        if (t.system in systems or not t.system)
        and (not t.parts or any((t.system, part) in named for part in t.parts))
        and (systems or t.parts)
    }


def _complete(
    template: Template, part: ChosenPart, act: Act, scene: Scene, story: Story, tables: Tables
) -> Built | None:
    code = f"{part.stem}{part.character}"
    span = act.found.span
    axes = [
        DocumentedAxis(
            NAMES[_OPERATION],
            code[2],
            tables.label(code, _OPERATION),
            Basis.DOCUMENTED,
            (span,),
        ),
        DocumentedAxis(
            NAMES[PART], part.character, tables.label(code, PART), part.basis, part.spans
        ),
    ]
    for position in (APPROACH, DEVICE, QUALIFIER):
        options = tables.options(code)
        if not options:
            return None
        context = (act, scene, story)
        value, basis, spans = _value(position, code, options, template, context, tables)
        guessed = act.general and basis is Basis.UNDOCUMENTED
        if position == DEVICE and guessed and code[2] in _ON_DEVICES and code[1] not in _BONES:
            return None
        code += value
        axes.append(
            DocumentedAxis(
                NAMES[position], value, tables.label(code, position), basis, spans or (span,)
            )
        )
    return Built(code, tuple(axes), act, scene, template.rank)


def _value(
    position: int,
    prefix: str,
    options: frozenset[str],
    template: Template,
    context: tuple[Act, Scene, Story],
    tables: Tables,
) -> tuple[str, Basis, tuple[Span, ...]]:
    """The value of one of the last three axes, what it rests on, and the words that say so."""
    fixed = {APPROACH: template.approach, DEVICE: template.device, QUALIFIER: template.qualifier}
    wanted = fixed[position]
    if wanted in options:
        documented = position == QUALIFIER and wanted == _DIAGNOSTIC
        return wanted, Basis.DOCUMENTED if documented else Basis.NAMED, ()
    if len(options) == 1:
        return next(iter(options)), Basis.ONLY, ()
    chosen = _chosen(position, prefix, options, context, tables)
    if chosen is not None:
        return chosen.value, Basis.DOCUMENTED, chosen.spans
    usual = template.usual[position - APPROACH]
    if usual != UNSAID and usual in options:
        return usual, Basis.NONE if usual == NONE else Basis.UNDOCUMENTED, ()
    if position == APPROACH:
        value = next(a for a in (*_USUAL_APPROACHES, *sorted(options)) if a in options)
        return value, Basis.UNDOCUMENTED, ()
    if NONE in options:
        return NONE, Basis.NONE, ()
    guess = next((v for v in _USUAL_DEVICES if v in options), min(options))
    return guess, Basis.UNDOCUMENTED, ()


def _chosen(
    position: int,
    prefix: str,
    options: frozenset[str],
    context: tuple[Act, Scene, Story],
    tables: Tables,
) -> Chosen | None:
    act, scene, story = context
    if position == APPROACH:
        near = _beside(act, scene.approaches)
        whole = story.approaches if _of_report(scene) else scene.approaches
        return choose_approach(near, whole, prefix[1], options)
    if position == DEVICE:
        near_devices = _beside(act, scene.devices)
        return choose_device(prefix, near_devices, _whole(scene, story.devices), tables)
    near_words = _beside(act, scene.qualifiers)
    return choose_qualifier(prefix, near_words, _whole(scene, story.qualifiers), tables)


def _beside(act: Act, cues: tuple[Found[T], ...]) -> list[Found[T]]:
    """The cues between the same breaks as an operation, or next to it."""
    return [
        cue
        for cue in cues
        if cue.segment == act.found.segment or act.found.distance(Found(None, cue.words, 0)) <= 1
    ]


def _of_report(scene: Scene) -> bool:
    return scene.line.where in (Where.TITLE, Where.DESCRIPTION)


def _whole(scene: Scene, told: tuple[Found[T], ...]) -> tuple[Found[T], ...]:
    return told if _of_report(scene) else ()


WEIGHTS: Mapping[str, float] = {
    "Operation": 0.4,
    "Body Part": 0.3,
    "Approach": 0.1,
    "Device": 0.1,
    "Qualifier": 0.1,
}
"""The share of a code that rests on each axis, where words of the note tell it."""
