"""How often the level of a visit is right, by family: the probabilities that visits are given.

The rules of coding/em were written with these charts in view, so their own share is too good: each
family starts from PRIOR visits of which PRIOR_RIGHT are right.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from coding.em.assess import assess_family
from coding.em.families import families, family_of
from coding.pipeline import Coder
from coding.types import CodingOptions, Decision, System
from eval.charts import GoldChart, load_charts

PRIOR, PRIOR_RIGHT = 10, 7.0
_DIAGNOSES = CodingOptions(systems=(System.ICD10CM,), limit=1_000)


def visit_agreement(coder: Coder, paths: Sequence[Path], console: Console) -> Mapping[str, float]:
    """The probability in (0, 1) that the level of a visit is exact, by family.

    Raises: InvalidNote as load_charts.
    """
    charts = [c for path in paths for c in load_charts(path, unique_ids=False) if _visits(c)]
    seen: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for chart in track(charts, "levelling visits", console=console, transient=True):
        for family, exact in _judged(coder, chart):
            seen[family] += 1
            right[family] += exact
    return {
        family: round((right[family] + PRIOR_RIGHT) / (seen[family] + PRIOR), 4)
        for family in families()
    }


def _judged(coder: Coder, chart: GoldChart) -> Iterable[tuple[str, bool]]:
    note = chart.note()
    suggestions = coder.code(note, _DIAGNOSES).suggestions
    diagnoses = [s for s in suggestions if s.decision is Decision.ACCEPT]
    reading = coder.reader.read(note)
    for family, code in _visits(chart):
        visit = assess_family(reading, diagnoses, family)
        yield family, visit is not None and visit.code == code


def _visits(chart: GoldChart) -> list[tuple[str, str]]:
    """The visits of a chart as (family, code)."""
    codes = [p.code.value for p in chart.procedures if p.code.system is System.CPT]
    return [(family, code) for code in codes if (family := family_of(code)) is not None]


def agreement_to_bytes(agreement: Mapping[str, float]) -> bytes:
    """As JSON."""
    return (json.dumps(dict(agreement), indent=1) + "\n").encode()
