"""(Reading, candidates) -> model input: the one function that training and serving share.

For the lexical ranker the input is a short vector of features a coder can read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from coding.lookup import Lookup
from coding.protocols import CodeSystem
from coding.sections import section_kinds
from coding.types import Assertion, Candidate, Evidence, Reading, Setting
from models.relations import RELATIONS, relations

ENCODE_VERSION = 2

_KINDS = ("diagnosis", "complaint", "history", "exam", "results", "plan", "procedure", "none")
_SOURCES = ("lexicon", "title", "inclusion", "ngram")
FEATURES = (
    "bias",
    "prior",
    "mentions",
    "line_share",
    "first_in_diagnosis",
    "header_only",
    *(f"in_{kind}" for kind in _KINDS),
    "only_in_exam_or_results",
    *(f"from_{source}" for source in _SOURCES),
    "one_word",
    "long_quote",
    "unspecified",
    "symptom",
    "symptom_outside_diagnosis",
    "status",
    "external_cause",
    "injury",
    "congenital_or_perinatal",
    "obstetric",
    "uncertain",
    "historical",
    "inpatient",
    "operative_diagnosis",
    *RELATIONS,
)
_UNSPECIFIED = re.compile(r"unspecified", re.I)
NOT_NOW = frozenset(
    {Assertion.NEGATED, Assertion.FAMILY, Assertion.HYPOTHETICAL, Assertion.OTHER_PERSON}
)
"""What bars words from speaking of the patient now, whatever the claim."""


def encode(
    reading: Reading, candidates: Sequence[Candidate], codes: CodeSystem
) -> list[tuple[float, ...]]:
    """Features of each candidate, in the order of FEATURES; each lies in about [0, 3]."""
    lookup = Lookup(reading)
    standing = relations(candidates)
    return [
        (*_own(reading, candidate, codes, lookup), *standing[number])
        for number, candidate in enumerate(candidates)
    ]


def _own(
    reading: Reading, candidate: Candidate, codes: CodeSystem, lookup: Lookup
) -> tuple[float, ...]:
    counting = [e for e in candidate.evidence if not NOT_NOW & set(e.assertions)]
    evidence = counting or list(candidate.evidence)
    kinds = section_kinds()
    places = {kinds.get(e.section, "none") for e in evidence}
    sources = {_source(e) for e in evidence}
    chapter = candidate.code.value[0]
    first = reading.sections[0].body.start if reading.sections else 0
    words = max(len(e.quote.split()) for e in evidence)
    symptom = chapter == "R"
    in_diagnosis = "diagnosis" in places
    values = {
        "bias": 1.0,
        "prior": candidate.prior,
        "mentions": math.log(len(evidence)),
        "line_share": max(_line_share(lookup, e) for e in evidence),
        "first_in_diagnosis": _is_first(lookup, evidence, first) and in_diagnosis,
        "header_only": not codes.billable(candidate.code.value),
        **{f"in_{kind}": kind in places for kind in _KINDS},
        "only_in_exam_or_results": places <= {"exam", "results"},
        **{f"from_{source}": source in sources for source in _SOURCES},
        "one_word": words == 1,
        "long_quote": words >= 4,
        "unspecified": bool(_UNSPECIFIED.search(codes.title(candidate.code.value))),
        "symptom": symptom,
        "symptom_outside_diagnosis": symptom and not in_diagnosis,
        "status": chapter == "Z",
        "external_cause": chapter in "VWXY",
        "injury": chapter in "ST",
        "congenital_or_perinatal": chapter in "QP",
        "obstetric": chapter == "O",
        "uncertain": all(Assertion.UNCERTAIN in e.assertions for e in evidence),
        "historical": all(Assertion.HISTORICAL in e.assertions for e in evidence),
        "inpatient": reading.note.setting is Setting.INPATIENT,
        "operative_diagnosis": any(e.section == "postoperative_diagnosis" for e in evidence),
    }
    return tuple(float(value) for value in values.values())


def _source(evidence: Evidence) -> str:
    """What matched. A loaded Index words codes as inclusion terms do; no model was fitted on it."""
    source = evidence.source.split(":", 1)[0]
    return "inclusion" if source == "index" else source


def _line_share(lookup: Lookup, evidence: Evidence) -> float:
    """Share of its sentence that the quote makes up, in (0, 1]: a bare diagnosis line gives 1."""
    sentence = lookup.sentence_at(evidence.span)
    return min(1.0, len(evidence.span) / len(sentence)) if sentence else 0.0


def _is_first(lookup: Lookup, evidence: Sequence[Evidence], first: int) -> bool:
    """Whether the quote opens its section: what is assessed first is most often reported."""
    for item in evidence:
        section = lookup.section_at(item.span)
        start = section.body.start if section else first
        if item.span.start - start <= 12:
            return True
    return False
