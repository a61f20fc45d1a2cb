"""Gold charts: notes with the codes a coder gave them and the words the codes rest on.

One chart a line of JSON:

    {"id", "source", "split", "specialty", "setting", "text", "service_date"?,
     "patient"?: {"age_years"?, "sex"?},
     "codes": [{"system", "code", "tier": "core" | "status",
                "evidence": [{"start", "end", "text"}]}],
     "procedures": [{"system", "code", "modifiers": [], "evidence": [...]}],
     "not_coded": [{"start", "end", "text", "reason"}],
     "queries": [{"code", "missing"}]}

The first of `codes` is the first-listed one. "core": a coder would be marked wrong for leaving it
out. "status": supported but optional. Keys this module does not know are passed over; id, setting,
text and codes must be there. Offsets are half-open code points.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from coding.errors import InvalidNote
from coding.types import Code, Note, Patient, Reason, Setting, Sex, Span, System
from eval.jsonl import Fields, lines


class Tier(StrEnum):
    """core must be found; status is neither right nor wrong."""

    CORE = "core"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """Exact words of the note that a gold code rests on: `quote` is the text at `span`."""

    span: Span
    quote: str


@dataclass(frozen=True, slots=True)
class GoldCode:
    """A diagnosis code of the gold standard, with its evidence (possibly none)."""

    code: Code
    tier: Tier
    evidence: tuple[GoldSpan, ...]


@dataclass(frozen=True, slots=True)
class GoldProcedure:
    """A procedure code of the gold standard (CPT, HCPCS or ICD-10-PCS)."""

    code: Code
    modifiers: tuple[str, ...]
    evidence: tuple[GoldSpan, ...]


@dataclass(frozen=True, slots=True)
class NotCoded:
    """Words that must not be coded, and why."""

    span: Span
    quote: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class GoldQuery:
    """What a coder would have asked the provider: the code and what its documentation lacks."""

    code: str
    missing: str


@dataclass(frozen=True, slots=True)
class GoldChart:
    """One note with its gold standard. `codes` stand in reporting order, first-listed first."""

    id: str
    source: str
    split: str
    specialty: str
    setting: Setting
    text: str
    service_date: date | None
    codes: tuple[GoldCode, ...]
    procedures: tuple[GoldProcedure, ...]
    not_coded: tuple[NotCoded, ...]
    queries: tuple[GoldQuery, ...]
    patient: Patient = field(default_factory=Patient)

    def note(self) -> Note:
        """The note as a coder receives it: nothing of the gold standard goes along."""
        return Note(
            self.id,
            self.text,
            self.setting,
            service_date=self.service_date,
            patient=self.patient,
        )

    def of_tier(self, tier: Tier, system: System = System.ICD10CM) -> frozenset[str]:
        """The printed forms of the codes of one system and tier; core wins over status."""
        core = {c.code.value for c in self.codes if c.code.system is system and c.tier is Tier.CORE}
        if tier is Tier.CORE:
            return frozenset(core)
        return frozenset(c.code.value for c in self.codes if c.code.system is system) - core


def load_charts(path: Path, *, unique_ids: bool = True) -> tuple[GoldChart, ...]:
    """The charts of a JSONL file, in its order.

    Evaluation needs `unique_ids`; training does not, and some public collections repeat them.

    Raises: InvalidNote, naming file, line and field, where the file is missing or empty, a line is
    no JSON object, a key is missing or of the wrong type, a span is empty, lies outside the text
    or does not hold the words it says, or an id comes twice.
    """
    seen: dict[str, int] = {}
    charts = []
    for fields in lines(path):
        chart = _chart(fields)
        if unique_ids and chart.id in seen:
            raise fields.wrong("id", f"is a duplicate of line {seen[chart.id]}")
        seen[chart.id] = fields.line
        charts.append(chart)
    if not charts:
        raise InvalidNote(f"{path.name}: no charts in it; give one JSON object a line", field="")
    return tuple(charts)


def _chart(fields: Fields) -> GoldChart:
    text = fields.string("text")
    return GoldChart(
        id=fields.string("id"),
        source=fields.string("source", ""),
        split=fields.string("split", ""),
        specialty=fields.string("specialty", ""),
        setting=fields.choice("setting", Setting),
        text=text,
        service_date=fields.date("service_date"),
        codes=tuple(
            GoldCode(_code(item), item.choice("tier", Tier), _evidence(item, text))
            for item in fields.items("codes", required=True)
        ),
        procedures=tuple(
            GoldProcedure(_code(item), item.strings("modifiers"), _evidence(item, text))
            for item in fields.items("procedures")
        ),
        not_coded=tuple(
            NotCoded(span.span, span.quote, item.choice("reason", Reason))
            for item in fields.items("not_coded")
            for span in (_span(item, text),)
        ),
        queries=tuple(
            GoldQuery(item.string("code"), item.string("missing"))
            for item in fields.items("queries")
        ),
        patient=_patient(fields.nested("patient")),
    )


def _patient(fields: Fields | None) -> Patient:
    if fields is None:
        return Patient()
    sex = fields.choice("sex", Sex) if "sex" in fields.values else Sex.UNKNOWN
    return Patient(fields.number("age_years", most=130), sex)


def _code(fields: Fields) -> Code:
    return Code.parse(fields.choice("system", System), fields.string("code"))


def _evidence(fields: Fields, text: str) -> tuple[GoldSpan, ...]:
    return tuple(_span(item, text) for item in fields.items("evidence"))


def _span(fields: Fields, text: str) -> GoldSpan:
    start, end, quote = fields.integer("start"), fields.integer("end"), fields.string("text")
    if not 0 <= start <= len(text):
        raise fields.wrong("start", f"is {start}, outside the text of {len(text)} code points")
    if end > len(text):
        raise fields.wrong("end", f"is {end}, outside the text of {len(text)} code points")
    if end <= start:
        raise fields.wrong("end", f"is {end}, not after start {start}: the span is empty")
    if text[start:end] != quote:
        raise fields.wrong("text", f"is not what stands in the note at {start} to {end}")
    return GoldSpan(Span(start, end), quote)
