"""The reader as a whole: notes of every shape, medspaCy's verdicts, no trace left behind."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from coding import reading
from coding.reading import MedspacyReader
from coding.types import Assertion, Note, Setting, Span
from tests.unit.reading_kit import read, said_of, sections_of

ROOT = Path(__file__).parents[2]
ATTRIBUTES = {
    "NEGATED_EXISTENCE": "negated",
    "POSSIBLE_EXISTENCE": "uncertain",
    "HISTORICAL": "historical",
    "HYPOTHETICAL": "hypothetical",
    "FAMILY": "family",
    "OTHER_PERSON": "other_person",
}
MENTIONS = ["pneumonia", "chest pain", "stroke", "diabetes", "asthma"]
FRAMES = [
    "Denies {0}, {1} or {2} but has {3}.",
    "No evidence of {0}; possible {1} versus {2}, {3} ruled out.",
    "Family history of {0}, history of {1}, s/p {2} in May, {3} resolved.",
    "Return if {0} or {1} develops, cannot rule out {2}, not {3} nor {4}.",
    "Mother had {0} and {1}, {2} is unlikely, {3} as a child.",
    "{0}: negative, {1}: yes, no change in {2}, no longer has {3}.",
    "His wife has {0} and {1}, concern for {2} due to {3} which resolved.",
    "Risks include {0}, {1} cannot be excluded, never had {2} with {3} {4}.",
    "2) no {0}, 3) {1} vs {2}, 4) absent {3} and {4}",
    "IMPRESSION WITHOUT {0} OR {1}, {2} PROPHYLAXIS, {3} IN HER AUNT.",
]


@pytest.mark.parametrize("frame", FRAMES)
def test_scopes_say_what_medspacy_says_of_targets(frame: str) -> None:
    """MedspaCy, with our rules and with targets, flags what Reading.assertions tells of a span."""
    pipeline = reading._build_pipeline()
    for order in itertools.permutations(MENTIONS):
        text = frame.format(*order)
        found = read(text)
        (chunk,) = reading._chunks(text, found.sentences)
        tokens = [token for sentence in chunk for token in sentence]
        starts = [at == 0 for sentence in chunk for at in range(len(sentence))]
        doc = pipeline.tokenize.doc([t.of(text) or "\n" for t in tokens], starts)
        spans = sorted(Span(text.index(m), text.index(m) + len(m)) for m in order if m in text)
        inside = [[i for i, t in enumerate(tokens) if len(t) and s.contains(t)] for s in spans]
        doc.ents = [("PROBLEM", within[0], within[-1] + 1) for within in inside]
        pipeline.context(doc)
        for span, target in zip(spans, doc.ents, strict=True):
            flags = {ATTRIBUTES[m.category] for m in target._.modifiers}
            assert set(found.assertions(span)) == (flags or {"affirmed"}), (text, span.of(text))


def test_no_two_rules_hold_for_the_same_words() -> None:
    """MedspaCy keeps one of two rules that match the same words: which one is chance."""
    pipeline = reading._build_pipeline()
    phrases = [r for r in pipeline.context.rules if r.pattern is None]
    wordings = [tuple(t.text for t in pipeline.tokenize(r.literal)) for r in phrases]
    assert len(set(wordings)) == len(wordings) > 500
    listed = [w for literals, fields in reading._load_cues().rules for w in literals]
    assert len(set(listed)) == len(listed)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("- gout\n- no fever\n- history of DVT", "none"),
        ("gout; no fever; dvt in 2009", "none"),
        ("PLAN\n* gout: rest\n* Labs: no fever\n• fluids", "plan"),
        ("1. Gout\n2. No fever\n3) Stable angina", "none"),
        ("PATIENT HAS GOUT\nNO FEVER\nASSESSMENT:\nSTABLE\nPLAN:\nREST", "none assessment plan"),
        ("Pt with gout. Denies fever. Plan is rest.", "none"),
        (
            "CC: gout. HPI: pain, no fever. Plan: rest.",
            "chief_complaint history_present_illness plan",
        ),
        ("| gout | no fever |", "none"),
        ("\ufeffDiagnosis\r\n\tGout\r\n\tNo fever", "none diagnosis"),
    ],
)
def test_notes_of_every_shape(text: str, labels: str) -> None:
    assert [label for label, _ in sections_of(text)] == labels.split()
    for mention, expected in (("gout", "affirmed"), ("fever", "negated")):
        start = text.lower().index(mention)
        told = read(text).assertions(Span(start, start + len(mention)))
        assert told == (Assertion(expected),)


def test_the_worked_example() -> None:
    text = (
        "72 y/o male with type 2 diabetes mellitus, hypertension, and COPD. Denies chest pain. "
        "No evidence of pneumonia. Family history of breast cancer in mother. "
        "Possible pulmonary embolism, CT ordered."
    )
    assert {w: said_of(text, w) for w in ("diabetes", "hypertension", "COPD")} == {
        w: {"affirmed"} for w in ("diabetes", "hypertension", "COPD")
    }
    assert said_of(text, "chest pain") == said_of(text, "pneumonia") == {"negated"}
    assert said_of(text, "breast cancer") == {"family"}
    assert said_of(text, "pulmonary embolism") == {"uncertain"}


def test_scopes_hold_their_cue_and_stay_in_the_sentence() -> None:
    text = "Gout. Denies fever, chills. Cough."
    (scope,) = read(text).scopes
    assert scope.assertion is Assertion.NEGATED
    assert (scope.cue.of(text), scope.span.of(text)) == ("Denies", "fever, chills.")


def test_a_rebuilt_pipeline_reads_the_same() -> None:
    text = "PLAN:\nNo fever. History of gout.\nFAMILY HISTORY: Lupus."
    fresh = MedspacyReader(rebuild_after_notes=1)
    note = Note("n", text, Setting.INPATIENT)
    first, second = fresh.read(note), fresh.read(note)
    assert first == second == MedspacyReader().read(note)


@pytest.mark.parametrize("text", ["", " ", "\n\r\n", ".", "😀", "\u0301", "no", "Plan:", "🫀:"])
def test_nearly_nothing(text: str) -> None:
    found = read(text)
    assert found.scopes == ()
    assert len(found.sections) == 1
    assert len(found.sentences) == bool(text.strip())


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("CC: gout. Denies fever, chills.\nPlan: rest 😀.\r\n", 100_000),
        *((text, 100_000) for text in ("Plan: ", "A_", "...a", ".", "?", "x", " ", "1. a mg. ")),
        *((text, 20_000) for text in ("no ", "? ", "?-", "if\n", "no.\n", "history of ")),
    ],
)
def test_long_and_monotonous_notes(text: str, length: int) -> None:
    """Each would take minutes, or fail, if work grew with the square of the length."""
    long = "Seen. " + text * (length // len(text))
    found = read(long)
    assert found.sentences[-1].end == len(long.rstrip())
    assert found.sections[-1].body.end == len(long)


SCRIPT = """
import json, logging, os, sys, warnings
records = []
class Keep(logging.Handler):
    def emit(self, record): records.append(record.getMessage())
logging.basicConfig(level=logging.DEBUG, handlers=[Keep()])
def state():
    return (list(warnings.filters), dict(os.environ), list(logging.getLogger().handlers),
            logging.getLogger().level, logging.lastResort, sys.stdout, sys.stderr)
before = state()
import coding.reading
assert state() == before
heavy = {"spacy", "medspacy", "loguru", "torch"} & set(sys.modules)
from coding.types import Note, Setting
text = "CANARYWORD: no fever. Xylocanary denies pain.\\nPLAN:\\n- zebracanary"
found = coding.reading.MedspacyReader().read(Note("1", text, Setting.OUTPATIENT))
assert state() == before
logs = [r for r in records if "canary" in r.lower()]
with open(sys.argv[1], "w") as out:
    json.dump({"heavy": sorted(heavy), "logs": logs, "scopes": len(found.scopes)}, out)
"""


def test_reading_leaves_no_trace(tmp_path: Path) -> None:
    out = tmp_path / "state.json"
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, str(out)],
        cwd=ROOT,
        env={**os.environ, "LOGURU_LEVEL": "DEBUG"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told == {"heavy": [], "logs": [], "scopes": 2}


@pytest.mark.shared
def test_what_charts_do_not_code(shared_charts: Path) -> None:
    """Share of what charts set aside, and of what they code, that reads as they say."""
    said: dict[str, list[bool]] = {}
    for name in ("aci_train.jsonl", "mtsamples_train.jsonl"):
        for line in (shared_charts / name).read_text(encoding="utf-8").splitlines()[::6]:
            chart = json.loads(line)
            found = read(chart["text"])
            for item in chart["not_coded"]:
                if item["reason"] in {"negated", "family", "uncertain"}:
                    told = found.assertions(Span(item["start"], item["end"]))
                    said.setdefault(item["reason"], []).append(item["reason"] in told)
            for code in chart["codes"]:
                for item in code["evidence"] if code["tier"] == "core" else ():
                    told = found.assertions(Span(item["start"], item["end"]))
                    said.setdefault("core", []).append(told == (Assertion.AFFIRMED,))
    share = {reason: sum(right) / len(right) for reason, right in said.items()}
    assert share["negated"] >= 0.96
    assert share["family"] >= 0.9
    assert share["uncertain"] >= 0.6
    assert share["core"] >= 0.92
