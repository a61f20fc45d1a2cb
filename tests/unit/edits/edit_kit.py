"""Policy files, claims and code systems for the tests of edits: all invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from codesets.policies.values import (
    CoverageRule,
    Kind,
    Limit,
    Pair,
    PolicyInfo,
    Variant,
)
from coding.errors import NotValidOn, UnknownCode
from coding.types import (
    Claim,
    Code,
    CodeEntry,
    Decision,
    Draft,
    Evidence,
    Note,
    Reading,
    Role,
    Setting,
    Span,
    Suggestion,
    System,
)
from tests.unit.rule_kit import AFFIRMED

DAY = date(2031, 2, 1)
FILES = {
    Kind.PAIRS: "ptp-practitioner-2031-01-01",
    Kind.LIMITS: "mue-practitioner-2031-01-01",
    Kind.COVERAGE: "coverage-articles-2031-01-01",
}


@dataclass(frozen=True)
class FakeFiles:
    """coding.edits.PolicyFiles over lists."""

    pairs: tuple[Pair, ...] = ()
    limits: tuple[Limit, ...] = ()
    rules: dict[str, tuple[CoverageRule, ...]] = field(default_factory=dict)
    infos: tuple[PolicyInfo, ...] = ()

    def consulted(
        self, kind: Kind, on: date | None, variant: Variant | None = None
    ) -> tuple[PolicyInfo, ...]:
        fits = [i for i in self.infos if i.kind is kind and variant in (i.variant, None)]
        if kind is Kind.COVERAGE:
            return tuple(i for i in self.infos if i.kind is kind)
        begun = [i for i in fits if on is None or i.valid_from <= on or kind is Kind.PAIRS]
        return tuple(begun[-1:])

    def pair(self, one: str, other: str, on: date | None, variant: Variant) -> Pair | None:
        if variant is not Variant.PRACTITIONER:
            return None
        wanted = {one, other}
        return next((p for p in self.pairs if {p.column1, p.column2} == wanted), None)

    def limit(self, code: str, on: date | None, variant: Variant) -> Limit | None:
        return next((m for m in self.limits if m.code == code and variant in m.file), None)

    def coverage(self, code: str, on: date | None) -> tuple[CoverageRule, ...]:
        return self.rules.get(code, ())


def pair(one: str, other: str, indicator: int) -> Pair:
    return Pair(one, other, indicator, date(2030, 1, 1), None, "Invented", FILES[Kind.PAIRS])


def limit(code: str, units: int, indicator: int, file: str = FILES[Kind.LIMITS]) -> Limit:
    return Limit(code, units, indicator, "Invented", file)


def policy(
    name: str,
    covered: str = "",
    barred: str = "",
    contractors: tuple[str, ...] = (),
) -> CoverageRule:
    return CoverageRule(
        name,
        "Invented",
        ("L9",),
        contractors,
        date(2030, 1, 1),
        None,
        frozenset(covered.split()),
        frozenset(barred.split()),
        FILES[Kind.COVERAGE],
    )


def info(
    kind: Kind,
    variant: Variant,
    first: date = date(2031, 1, 1),
    last: date | None = date(2031, 3, 31),
    partial: str = "",
) -> PolicyInfo:
    return PolicyInfo(kind, variant, f"{kind}-{variant}-{first}", first, last, 1, 1, (), partial)


def billed(
    value: str,
    *modifiers: str,
    units: int | None = None,
    supports: tuple[str, ...] | None = None,
    decision: Decision = Decision.ACCEPT,
) -> Suggestion:
    system = System.CPT if value[0].isdigit() else System.HCPCS
    return Suggestion(
        Code(system, value),
        value,
        0.9,
        decision,
        False,
        Role.PROCEDURE,
        None,
        (),
        (),
        modifiers=modifiers or None,
        units=units,
        supports=supports,
    )


def diagnosis(value: str, at: int = 0) -> Suggestion:
    span = Span(at, at + 3)
    words = Evidence(span, "abc", "none", AFFIRMED, "lexicon", 1.0)
    code = Code(System.ICD10CM, value)
    accept, role = Decision.ACCEPT, Role.SECONDARY
    return Suggestion(code, value, 0.9, accept, False, role, None, (words,), ())


def reading(on: date | None = DAY, claim: Claim | None = None) -> Reading:
    return Reading(Note("n", "abc def", Setting.OUTPATIENT, claim, on), (), (), ())


def draft(*suggestions: Suggestion) -> Draft:
    return Draft(suggestions)


class FakeRelease:
    """As much of coding.protocols.CodeSystem as edits and code lists use."""

    def __init__(self, system: System, *codes: str) -> None:
        self.system = system
        self.release = "invented"
        self.codes = frozenset(codes)

    def __contains__(self, value: str) -> bool:
        return value in self.codes


CPT = FakeRelease(System.CPT, "11111", "22222", "25", "26", "59")
HCPCS = FakeRelease(System.HCPCS, "A1111", "LT", "XS")
ICD = FakeRelease(System.ICD10CM, "E11.9", "I10")
PCS = FakeRelease(System.ICD10PCS)


class FakeSystems:
    """As much of coding.protocols.CodeSystems as code lists use."""

    def __init__(self, *releases: FakeRelease) -> None:
        self.all = releases

    def newest(self) -> tuple[FakeRelease, ...]:
        return self.all

    def at(self, system: System, on: date | None) -> FakeRelease:
        return next(release for release in self.all if release.system is system)

    def lookup(self, code: Code, on: date | None = None) -> CodeEntry:
        if on is not None and on.year < 2031:
            raise NotValidOn("not valid on that day", field="service_date")
        if code.value not in self.at(code.system, on):
            raise UnknownCode("unknown", field="code")
        return CodeEntry(code, "Invented", len(code.value) > 2, None)
