"""How the procedures of one chart compare with gold.

A group is judged in the charts that have gold of it: coders leave a system out where they would
have to guess. What is suggested in other charts is counted elsewhere, in no figure of the group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from coding.types import Code, Suggestion, System
from eval.charts import GoldChart, GoldProcedure
from eval.counts import PRF, Mean
from eval.evidence import NOT_DONE, character_f1, violates

PCS_PREFIX = 4
"""Characters of ICD-10-PCS that say what was done and where: all but approach and what follows."""


@dataclass(frozen=True, slots=True)
class Group:
    """Procedures that are counted together.

    `form` gives what of a code is compared, None for a code of another group.
    """

    name: str
    label: str
    form: Callable[[Code], str | None]

    def of(self, codes: Iterable[Code]) -> frozenset[str]:
        """What is compared of some codes."""
        forms = (self.form(code) for code in codes)
        return frozenset(form for form in forms if form is not None)


def is_em(code: Code) -> bool:
    """Whether a code is of evaluation and management: CPT 99202 to 99499."""
    return code.system is System.CPT and code.value.isdigit() and 99202 <= int(code.value) <= 99499


def pcs_prefix(value: str) -> str:
    """Section, body system, root operation and body part of an ICD-10-PCS code, in upper case."""
    return value.strip().upper()[:PCS_PREFIX]


def _pcs(code: Code) -> str | None:
    return code.value if code.system is System.ICD10PCS else None


def _pcs4(code: Code) -> str | None:
    return pcs_prefix(code.value) if code.system is System.ICD10PCS else None


GROUPS = (
    Group(
        "cpt",
        "CPT without E/M",
        lambda c: c.value if c.system is System.CPT and not is_em(c) else None,
    ),
    Group("hcpcs", "HCPCS", lambda c: c.value if c.system is System.HCPCS else None),
    Group("pcs4", "ICD-10-PCS, first four", _pcs4),
    Group("pcs", "ICD-10-PCS", _pcs),
    Group("em", "E/M", lambda c: c.value if is_em(c) else None),
)
"""All groups; those named in EXACT share no code."""

EXACT = ("cpt", "hcpcs", "pcs", "em")


@dataclass(frozen=True, slots=True)
class ProcedureCounts:
    """What the figures of one chart are made of.

    `judged` holds the groups that gold has, `elsewhere` the number of codes taken of each group
    that it has not. `modifiers` is over right codes of CPT and HCPCS, `modifiers_given` over those
    of them whose gold has some, `evidence` over right codes with gold words, `violations` over all
    that was taken, `em` over the chart where it has gold of E/M: all of its codes and no other.
    """

    judged: Mapping[str, PRF] = field(default_factory=dict)
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    modifiers: Mean = field(default_factory=Mean)
    modifiers_given: Mean = field(default_factory=Mean)
    evidence: Mean = field(default_factory=Mean)
    violations: Mean = field(default_factory=Mean)
    em: Mean = field(default_factory=Mean)

    @property
    def exact(self) -> PRF:
        """Whole codes of all groups that gold has."""
        return sum((self.judged[name] for name in EXACT if name in self.judged), PRF())


def count_procedures(chart: GoldChart, taken: Sequence[Suggestion]) -> ProcedureCounts:
    """Compare what was taken (accepted, say) with gold; codes of other systems are passed over."""
    wanted = [p.code for p in chart.procedures]
    said = [s.code for s in taken]
    judged: dict[str, PRF] = {}
    elsewhere: dict[str, int] = {}
    for group in GROUPS:
        gold, predicted = group.of(wanted), group.of(said)
        if gold:
            judged[group.name] = PRF.of(predicted, gold)
        elif predicted:
            elsewhere[group.name] = len(predicted)
    procedures = [s for s in taken if any(group.of([s.code]) for group in GROUPS)]
    right = [(s, _gold(chart, s.code)) for s in procedures if s.code in wanted]
    return ProcedureCounts(
        judged=judged,
        elsewhere=elsewhere,
        modifiers=_modifiers(right, given=False),
        modifiers_given=_modifiers(right, given=True),
        evidence=_evidence(right),
        violations=Mean.of(*(int(violates(s, chart.not_coded, NOT_DONE)) for s in procedures)),
        em=_em(judged),
    )


_Right = Sequence[tuple[Suggestion, Sequence[GoldProcedure]]]
"""Right suggestions, each with the gold lines of its code: one a side where both were treated."""


def _gold(chart: GoldChart, code: Code) -> Sequence[GoldProcedure]:
    return [p for p in chart.procedures if p.code == code]


def _modifiers(right: _Right, *, given: bool) -> Mean:
    """Whether a code's modifiers are those of one of its gold lines, in any order."""
    return Mean.of(
        *(
            int(any(set(s.modifiers or ()) == set(p.modifiers) for p in gold))
            for s, gold in right
            if s.code.system is not System.ICD10PCS
            and (not given or any(p.modifiers for p in gold))
        )
    )


def _evidence(right: _Right) -> Mean:
    """Character F1 of each right code for which gold says what it rests on."""
    spans = [(s, [e.span for p in gold for e in p.evidence]) for s, gold in right]
    return Mean.of(*(character_f1((e.span for e in s.evidence), gold) for s, gold in spans if gold))


def _em(judged: Mapping[str, PRF]) -> Mean:
    prf = judged.get("em")
    return Mean() if prf is None else Mean.of(int(not prf.fp and not prf.fn))
