"""Metamorphic checks: a change to a note whose effect on a code is known without gold.

Over any notes, ours or a customer's. For some accepted diagnoses of each note one thing is changed
at a time, and the note coded again:

    must fall    negate        "no evidence of" before each place that carries the code
                 family        its sentences taken out, its words the mother's in a family history
                 possible      "possible" before each place; not for inpatient facility claims,
                               which report uncertain diagnoses (Section II.H)
    must stay    section       its sentences taken out and put under "Assessment:" at the end
                 abbreviation  a short form in its words expanded, or a long form abbreviated
                 case          its words in capitals, or in small letters if they were in capitals
                 unrelated     a sentence that has nothing to code at the end of the note

A check fails where the code does not do what it must. `others` counts checks in which other
accepted codes came or went (Ribeiro et al. 2020, "Beyond accuracy: CheckList").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coding.errors import ChartcodeError, InputError
from coding.types import Claim, CodingResult, Note, Reading, Setting, Span, Suggestion
from eval.charts import GoldChart
from eval.faithfulness import NEGATION, accepted_diagnoses, changed
from eval.figures import Figure
from eval.harness import DIAGNOSES, NoteCoder, Progress
from eval.perturb import (
    ASSESSMENT,
    FAMILY,
    UNRELATED,
    framed,
    merged,
    moved,
    replaced,
    short_or_long,
    with_sentence,
)
from eval.prf_figures import mean_figure
from eval.runs import Run, describe_run

CODES_A_NOTE = 3
"""Diagnoses tried in a note: the first by claim order, then by rank."""

Forms = Sequence[tuple[str, str]]
Change = Callable[[Note, Reading, Sequence[Span], Forms], str | None]
"""Gives the changed text, or None where the change does not apply."""


def _case(note: Note, _reading: Reading, spans: Sequence[Span], _forms: Forms) -> str | None:
    def swapped(words: str) -> str:
        return words.lower() if words.isupper() else words.upper()

    places = merged(spans)
    new = {span: swapped(span.of(note.text)) for span in places}
    # Short forms may mean something else in another case.
    if any(len(span) < 5 or len(new[span]) != len(span) for span in places):
        return None
    return replaced(note.text, places, new)


def _abbreviation(note: Note, _reading: Reading, spans: Sequence[Span], forms: Forms) -> str | None:
    places = merged(spans)
    new = {span: short_or_long(span.of(note.text), forms) for span in places}
    if all(words is None for words in new.values()):
        return None
    return replaced(note.text, places, {s: new[s] or s.of(note.text) for s in places})


MUST_FALL: Mapping[str, Change] = {
    "negate": lambda note, _reading, spans, _forms: framed(note.text, spans, NEGATION),
    "family": lambda note, reading, spans, _forms: moved(note.text, reading, spans, FAMILY),
    "possible": lambda note, _reading, spans, _forms: (
        None
        if note.setting is Setting.INPATIENT and note.claim_type is Claim.FACILITY
        else framed(note.text, spans, "possible")
    ),
}
MUST_STAY: Mapping[str, Change] = {
    "section": lambda note, reading, spans, _forms: moved(
        note.text, reading, spans, ASSESSMENT, whole=True
    ),
    "abbreviation": _abbreviation,
    "case": _case,
    "unrelated": lambda note, _reading, _spans, _forms: with_sentence(note.text, UNRELATED),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One change tried on one code: whether it did what it must, and whether others moved."""

    note: str
    code: str
    change: str
    held: bool
    others: bool


@dataclass(frozen=True, slots=True)
class MetamorphicEvaluation:
    """Every check, and the figures: for each change the share of checks that failed."""

    split: str
    notes: int
    checks: tuple[Check, ...]
    failed: tuple[str, ...]
    figures: tuple[Figure, ...]
    run: Run


def evaluate_metamorphic(
    path: Path,
    charts: Sequence[GoldChart],
    coder: NoteCoder,
    *,
    forms: Forms = (),
    progress: Progress | None = None,
) -> MetamorphicEvaluation:
    """Check some notes. `forms` are pairs (short, long) that say the same.

    Raises: InputError where the coder accepts no diagnosis.
    """
    checks: list[Check] = []
    failed = []
    for done, chart in enumerate(charts, 1):
        try:
            checks += check_note(chart.note(), coder, forms)
        except ChartcodeError:
            failed.append(chart.id)
        if progress is not None:
            progress(done, len(charts))
    if not checks:
        raise InputError(f"{path.name}: no diagnosis was accepted; nothing to check", field="path")
    return MetamorphicEvaluation(
        split=path.stem,
        notes=len(charts),
        checks=tuple(checks),
        failed=tuple(failed),
        figures=tuple(_figures(checks)),
        run=describe_run(path, coder.provenance),
    )


def check_note(note: Note, coder: NoteCoder, forms: Forms = ()) -> Iterator[Check]:
    """Every change that applies, on the diagnoses of a note that are tried."""
    before = coder.code(note, DIAGNOSES)
    reading = coder.reader.read(note)
    codes = _codes(before)
    for suggestion in _tried(before):
        spans = [e.span for e in suggestion.evidence]
        code = suggestion.code.value
        for kind, changes in ((False, MUST_FALL), (True, MUST_STAY)):
            for name, change in changes.items():
                text = change(note, reading, spans, forms)
                if text is None or text == note.text:
                    continue
                after = _codes(coder.code(changed(note, text), DIAGNOSES))
                held = (code in after) is kind
                yield Check(note.id, code, name, held, codes - {code} != after - {code})


def _tried(result: CodingResult) -> Iterable[Suggestion]:
    """Chapter Z tells of history, family and status: what would deny it is itself to be coded."""
    diagnoses = [s for s in accepted_diagnoses(result) if not s.code.value.startswith("Z")]
    return sorted(diagnoses, key=lambda s: s.sequence or len(diagnoses))[:CODES_A_NOTE]


def _codes(result: CodingResult) -> frozenset[str]:
    return frozenset(s.code.value for s in accepted_diagnoses(result))


def _figures(checks: Sequence[Check]) -> Iterator[Figure]:
    yield mean_figure("failed", [float(not c.held) for c in checks], "checks")
    for name in (*MUST_FALL, *MUST_STAY):
        kept = [float(not c.held) for c in checks if c.change == name]
        yield mean_figure(f"failed_{name}", kept, "checks")
    stay = [float(c.others) for c in checks if c.change in MUST_STAY]
    yield mean_figure("others_moved", stay, "checks")
