"""Builders for the tests of rules: a small code system, readings, suggestions, evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from coding.errors import UnknownCode
from coding.types import (
    Assertion,
    Claim,
    Code,
    CodeEntry,
    Decision,
    Draft,
    Evidence,
    Note,
    ProofStep,
    Reading,
    Role,
    Scope,
    Setting,
    Span,
    Suggestion,
    System,
)

AFFIRMED = (Assertion.AFFIRMED,)

TITLES = {
    "C50": "Malignant neoplasm of breast",
    "C50.9": "Malignant neoplasm of breast of unspecified site",
    "C50.91": "Malignant neoplasm of breast of unspecified site, female",
    "C50.911": "Malignant neoplasm of unspecified site of right female breast",
    "C50.919": "Malignant neoplasm of unspecified site of unspecified female breast",
    "C50.4": "Malignant neoplasm of upper-outer quadrant of breast",
    "C50.41": "Malignant neoplasm of upper-outer quadrant of breast, female",
    "C50.411": "Malignant neoplasm of upper-outer quadrant of right female breast",
    "E10": "Type 1 diabetes mellitus",
    "E10.9": "Type 1 diabetes mellitus without complications",
    "E10.2": "Type 1 diabetes mellitus with kidney complications",
    "E10.22": "Type 1 diabetes mellitus with diabetic chronic kidney disease",
    "E11": "Type 2 diabetes mellitus",
    "E11.2": "Type 2 diabetes mellitus with kidney complications",
    "E11.22": "Type 2 diabetes mellitus with diabetic chronic kidney disease",
    "E11.3": "Type 2 diabetes mellitus with ophthalmic complications",
    "E11.31": "Type 2 diabetes mellitus with unspecified diabetic retinopathy",
    "E11.319": "Type 2 diabetes mellitus with unspecified diabetic retinopathy without macular "
    "edema",
    "E11.4": "Type 2 diabetes mellitus with neurological complications",
    "E11.40": "Type 2 diabetes mellitus with diabetic neuropathy, unspecified",
    "E11.42": "Type 2 diabetes mellitus with diabetic polyneuropathy",
    "E11.43": "Type 2 diabetes mellitus with diabetic autonomic (poly)neuropathy",
    "E11.5": "Type 2 diabetes mellitus with circulatory complications",
    "E11.51": "Type 2 diabetes mellitus with diabetic peripheral angiopathy without gangrene",
    "E11.52": "Type 2 diabetes mellitus with diabetic peripheral angiopathy with gangrene",
    "E11.6": "Type 2 diabetes mellitus with other specified complications",
    "E11.62": "Type 2 diabetes mellitus with skin complications",
    "E11.621": "Type 2 diabetes mellitus with foot ulcer",
    "E11.65": "Type 2 diabetes mellitus with hyperglycemia",
    "E11.9": "Type 2 diabetes mellitus without complications",
    "G62": "Other and unspecified polyneuropathies",
    "G62.9": "Polyneuropathy, unspecified",
    "H35": "Other retinal disorders",
    "H35.0": "Background retinopathy and retinal vascular changes",
    "H35.00": "Unspecified background retinopathy",
    "I10": "Essential (primary) hypertension",
    "I11": "Hypertensive heart disease",
    "I11.0": "Hypertensive heart disease with heart failure",
    "I11.9": "Hypertensive heart disease without heart failure",
    "I12": "Hypertensive chronic kidney disease",
    "I12.0": "Hypertensive chronic kidney disease with stage 5 chronic kidney disease or end "
    "stage renal disease",
    "I12.9": "Hypertensive chronic kidney disease with stage 1 through stage 4 chronic kidney "
    "disease, or unspecified chronic kidney disease",
    "I13": "Hypertensive heart and chronic kidney disease",
    "I13.0": "Hypertensive heart and chronic kidney disease with heart failure and stage 1 "
    "through stage 4 chronic kidney disease, or unspecified chronic kidney disease",
    "I13.1": "Hypertensive heart and chronic kidney disease without heart failure",
    "I13.10": "Hypertensive heart and chronic kidney disease without heart failure, with stage 1 "
    "through stage 4 chronic kidney disease, or unspecified chronic kidney disease",
    "I13.2": "Hypertensive heart and chronic kidney disease with heart failure and with stage 5 "
    "chronic kidney disease, or end stage renal disease",
    "I25": "Chronic ischemic heart disease",
    "I25.2": "Old myocardial infarction",
    "I26": "Pulmonary embolism",
    "I26.9": "Pulmonary embolism without acute cor pulmonale",
    "I26.99": "Other pulmonary embolism without acute cor pulmonale",
    "I48": "Atrial fibrillation and flutter",
    "I48.0": "Paroxysmal atrial fibrillation",
    "I48.3": "Typical atrial flutter",
    "I48.9": "Unspecified atrial fibrillation and atrial flutter",
    "I48.91": "Unspecified atrial fibrillation",
    "I50": "Heart failure",
    "I50.2": "Systolic (congestive) heart failure",
    "I50.20": "Unspecified systolic (congestive) heart failure",
    "I50.22": "Chronic systolic (congestive) heart failure",
    "I50.9": "Heart failure, unspecified",
    "I73": "Other peripheral vascular diseases",
    "I73.9": "Peripheral vascular disease, unspecified",
    "J18": "Pneumonia, unspecified organism",
    "J18.9": "Pneumonia, unspecified organism",
    "J44": "Other chronic obstructive pulmonary disease",
    "J44.0": "Chronic obstructive pulmonary disease with (acute) lower respiratory infection",
    "J44.1": "Chronic obstructive pulmonary disease with (acute) exacerbation",
    "J44.8": "Other specified chronic obstructive pulmonary disease",
    "J44.89": "Other specified chronic obstructive pulmonary disease",
    "J44.9": "Chronic obstructive pulmonary disease, unspecified",
    "J45": "Asthma",
    "J45.4": "Moderate persistent asthma",
    "J45.40": "Moderate persistent asthma, uncomplicated",
    "J45.9": "Other and unspecified asthma",
    "J45.90": "Unspecified asthma",
    "J45.909": "Unspecified asthma, uncomplicated",
    "K21": "Gastro-esophageal reflux disease",
    "K21.9": "Gastro-esophageal reflux disease without esophagitis",
    "K35": "Acute appendicitis",
    "K35.8": "Other and unspecified acute appendicitis",
    "K35.80": "Unspecified acute appendicitis",
    "L97": "Non-pressure chronic ulcer of lower limb, not elsewhere classified",
    "L97.5": "Non-pressure chronic ulcer of other part of foot",
    "L97.50": "Non-pressure chronic ulcer of other part of unspecified foot",
    "L97.509": "Non-pressure chronic ulcer of other part of unspecified foot with unspecified "
    "severity",
    "M25": "Other joint disorder, not elsewhere classified",
    "M25.5": "Pain in joint",
    "M25.56": "Pain in knee",
    "M25.561": "Pain in right knee",
    "M25.569": "Pain in unspecified knee",
    "N18": "Chronic kidney disease (CKD)",
    "N18.3": "Chronic kidney disease, stage 3 (moderate)",
    "N18.30": "Chronic kidney disease, stage 3 unspecified",
    "N18.32": "Chronic kidney disease, stage 3b",
    "N18.6": "End stage renal disease",
    "N18.9": "Chronic kidney disease, unspecified",
    "O24": "Diabetes mellitus in pregnancy, childbirth, and the puerperium",
    "O24.4": "Gestational diabetes mellitus",
    "O24.41": "Gestational diabetes mellitus in pregnancy",
    "O24.410": "Gestational diabetes mellitus in pregnancy, diet controlled",
    "O80": "Encounter for full-term uncomplicated delivery",
    "R05": "Cough",
    "R05.9": "Cough, unspecified",
    "R06": "Abnormalities of breathing",
    "R06.0": "Dyspnea",
    "R06.02": "Shortness of breath",
    "R07": "Pain in throat and chest",
    "R07.8": "Other chest pain",
    "R07.89": "Other chest pain",
    "R07.9": "Chest pain, unspecified",
    "S52": "Fracture of forearm",
    "S52.5": "Fracture of lower end of radius",
    "S52.50": "Unspecified fracture of the lower end of radius",
    "S52.501": "Unspecified fracture of the lower end of right radius",
    "S52.501A": "Unspecified fracture of the lower end of right radius, initial encounter for "
    "closed fracture",
    "S52.6": "Fracture of lower end of ulna",
    "S52.60": "Unspecified fracture of lower end of ulna",
    "S52.601": "Unspecified fracture of lower end of right ulna",
    "S52.601A": "Unspecified fracture of lower end of right ulna, initial encounter for closed "
    "fracture",
    "W19": "Unspecified fall",
    "W19.XXXA": "Unspecified fall, initial encounter",
    "Z00": "Encounter for general examination without complaint, suspected or reported diagnosis",
    "Z00.0": "Encounter for general adult medical examination",
    "Z00.00": "Encounter for general adult medical examination without abnormal findings",
    "Z37": "Outcome of delivery",
    "Z37.0": "Single live birth",
    "Z79": "Long term (current) drug therapy",
    "Z79.4": "Long term (current) use of insulin",
    "Z80": "Family history of primary malignant neoplasm",
    "Z80.3": "Family history of malignant neoplasm of breast",
    "Z87": "Personal history of other diseases and conditions",
    "Z87.1": "Personal history of other diseases of the digestive system",
    "Z87.19": "Personal history of other diseases of the digestive system",
}

CODE_FIRST = {
    "N18": ("diabetic chronic kidney disease (E08.22, E09.22, E10.22, E11.22, E13.22)",),
    "I50": ("heart failure due to hypertension (I11.0)",),
}
USE_ADDITIONAL = {
    "E11": ("code to identify control using insulin (Z79.4)",),
    "E11.621": ("code to identify site of ulcer (L97.4-, L97.5-)",),
}
EXCLUDES1 = {("E10.9", "E11.9"): "type 1 diabetes mellitus (E10.-) at E11"}


Tree = tuple[dict[str, str | None], dict[str, tuple[str, ...]]]


@cache
def _tree() -> Tree:
    """Parents and children by code: the parent is the longest code above it in the table."""
    parents: dict[str, str | None] = {}
    for value in TITLES:
        above = (value[:n].rstrip(".") for n in range(len(value) - 1, 2, -1))
        parents[value] = next((v for v in above if v in TITLES), None)
    children = {v: tuple(c for c in TITLES if parents[c] == v) for v in TITLES}
    return parents, children


@dataclass(frozen=True)
class FakeCodes:
    """A code system of a few dozen codes; a code is billable if nothing lies under it."""

    system: System = System.ICD10CM
    release: str = "test"
    valid_from: date = date(2025, 10, 1)
    valid_to: date = date(2026, 9, 30)

    def __contains__(self, value: str) -> bool:
        return value in TITLES

    def __len__(self) -> int:
        return len(TITLES)

    def get(self, value: str) -> CodeEntry:
        return CodeEntry(
            code=Code(self.system, value),
            title=self.title(value),
            billable=self.billable(value),
            parent=self.parent(value),
            children=self.children(value),
            code_first=CODE_FIRST.get(value, ()),
            use_additional=USE_ADDITIONAL.get(value, ()),
        )

    def title(self, value: str) -> str:
        if value not in TITLES:
            raise UnknownCode(value)
        return TITLES[value]

    def billable(self, value: str) -> bool:
        return value in TITLES and not _tree()[1][value]

    def parent(self, value: str) -> str | None:
        return _tree()[0].get(value)

    def children(self, value: str) -> tuple[str, ...]:
        return _tree()[1].get(value, ())

    def search(self, words: str, limit: int = 20) -> tuple[CodeEntry, ...]:
        return ()

    def terms(self) -> Iterator[tuple[str, str, str]]:
        return ((value, title, "title") for value, title in TITLES.items())

    def excludes1(self, one: str, other: str) -> str | None:
        return EXCLUDES1.get((one, other)) or EXCLUDES1.get((other, one))


@dataclass(frozen=True)
class FakeKnowledge:
    """A lexicon of a few conditions."""

    chronic: frozenset[str] = frozenset({"E11", "I10", "J44", "N18"})
    history: tuple[tuple[str, str], ...] = (("K35", "Z87.19"), ("I21", "I25.2"))
    family: tuple[tuple[str, str], ...] = (("C", "Z80.9"), ("C50", "Z80.3"))
    integral: tuple[tuple[str, str], ...] = (("R05", "J18"), ("R06.02", "J44"))


CODES = FakeCodes()
KNOWLEDGE = FakeKnowledge()


def icd(value: str) -> Code:
    """A diagnosis code."""
    return Code(System.ICD10CM, value)


def read(
    text: str,
    *,
    setting: Setting = Setting.OUTPATIENT,
    claim: Claim | None = None,
    scopes: tuple[tuple[str, Assertion], ...] = (),
) -> Reading:
    """A reading whose sentences end at full stops and line ends."""
    sentences = tuple(
        Span(m.start(), m.end()) for m in re.finditer(r"[^.\n]+(?:\.(?=\d)[^.\n]*)*[.\n]?", text)
    )
    spans = tuple(
        Scope(assertion, place(text, words), place(text, words)) for words, assertion in scopes
    )
    note = Note(id="n", text=text, setting=setting, claim=claim)
    return Reading(note, (), sentences, spans)


def place(text: str, quote: str, nth: int = 1) -> Span:
    """Where the words stand in the text, counting occurrences from 1."""
    start = -1
    for _ in range(nth):
        start = text.index(quote, start + 1)
    return Span(start, start + len(quote))


def words(
    text: str,
    quote: str,
    *assertions: Assertion,
    weight: float = 1.0,
    section: str = "none",
    nth: int = 1,
) -> Evidence:
    """Evidence found in the text; affirmed unless said otherwise."""
    kind = assertions or AFFIRMED
    return Evidence(place(text, quote, nth), quote, section, kind, "title", weight)


def suggest(
    value: str,
    *evidence: Evidence,
    probability: float = 0.9,
    decision: Decision = Decision.ACCEPT,
) -> Suggestion:
    """A suggestion whose weights are made to sum to 1."""
    total = sum(e.weight for e in evidence)
    shares = tuple(
        Evidence(e.span, e.quote, e.section, e.assertions, e.source, e.weight / total)
        for e in evidence
    )
    return Suggestion(
        code=icd(value),
        display=TITLES.get(value, value),
        probability=probability,
        decision=decision,
        auto=False,
        role=Role.SECONDARY,
        sequence=None,
        evidence=shares,
        proof=(ProofStep("quote", shares[0].quote, (shares[0].span,), "note"),),
    )


def values(draft: Draft) -> list[str]:
    """The codes still suggested, in the order of the draft."""
    return [s.code.value for s in draft.suggestions]


def reasons(draft: Draft) -> dict[str, str]:
    """The reason for every rejected code."""
    return {r.code.value: r.reason.value for r in draft.rejected}


def the(draft: Draft, value: str) -> Suggestion:
    """The suggestion of a code."""
    return next(s for s in draft.suggestions if s.code.value == value)
