"""The example charts as coded, held in tests/golden/coded_notes; UPDATE_GOLDEN=1 writes them anew.

A line a code, to be read when it changes: decision, claim place, code, probability, its rules and
words; then what was not coded and why; then what rules found. Probabilities have one decimal: a
refit should not rewrite every line.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from coding.pipeline import Coder
from coding.types import CodingResult, Evidence
from eval.charts import GoldChart, load_charts

GOLDEN = Path(__file__).parent / "golden/coded_notes"
CHARTS = load_charts(Path(__file__).parents[1] / "eval/gold/charts.jsonl")


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.id)
def test_a_chart_is_coded_as_it_was(chart: GoldChart, coder: Coder) -> None:
    path = GOLDEN / f"{chart.id}.txt"
    said = "".join(f"{line}\n" for line in lines(coder.code(chart.note())))
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_text(said, "utf-8")
    assert said == path.read_text("utf-8")


def test_every_chart_is_held() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == {chart.id for chart in CHARTS}


def lines(result: CodingResult) -> Iterator[str]:
    for s in result.suggestions:
        place = s.sequence or "-"
        rules = [step.ref for step in s.proof if step.kind == "rule"]
        by = f" by {', '.join(dict.fromkeys(rules))}" if rules else ""
        yield (
            f"{s.decision} {place} {s.code.value} {s.probability:.1f} {s.display}{by}"
            f" <- {quotes(s.evidence)}"
        )
    for r in result.rejected:
        yield f"not coded: {r.reason} {r.code.value} {r.display} <- {quotes(r.evidence)}"
    for f in result.findings:
        yield f"{f.severity} {f.rule}: {' '.join(code.value for code in f.codes)}"


def quotes(evidence: tuple[Evidence, ...]) -> str:
    """The words that carry the code, each once."""
    words = [" ".join(e.quote.split()) for e in evidence if e.weight > 0]
    return " | ".join(dict.fromkeys(words))
