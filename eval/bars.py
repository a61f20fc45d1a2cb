"""The bars of the project: what each task must reach and aims at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure's least value and the one aimed at; greatest where `lower` is better."""

    must: float
    aim: float
    lower: bool = False

    def met(self, value: float) -> bool:
        """Whether a value reaches what it must."""
        return value <= self.must if self.lower else value >= self.must


BARS: Mapping[tuple[str, str], Bar] = {
    ("charts", "f1"): Bar(0.40, 0.60),
    ("charts", "evidence_f1"): Bar(0.50, 0.70),
    ("charts", "ece"): Bar(0.08, 0.03, lower=True),
    ("codiesp-d", "f1"): Bar(0.45, 0.66),
    ("codiesp-d", "map"): Bar(0.42, 0.62),
    ("procedures", "cpt_f1"): Bar(0.30, 0.55),
    ("procedures", "pcs4_f1"): Bar(0.30, 0.60),
    # Ten points over the most frequent level of each family; nothing more is aimed at.
    ("procedures", "em_gain"): Bar(0.10, 0.10),
    ("codiesp-p", "f1"): Bar(0.25, 0.50),
    ("negation", "f1"): Bar(0.96, 0.985),
    ("retrieval", "r@1"): Bar(0.50, 0.65),
    ("retrieval", "r@10"): Bar(0.80, 0.90),
}
"""By task and figure."""

JUDGED_ON: Mapping[str, str] = {
    "charts": "aci_dev+mtsamples_dev",
    "procedures": "aci_train+mtsamples_train+aci_dev+mtsamples_dev+primock57_dev",
    "codiesp-d": "dev",
    "codiesp-p": "dev",
    "negation": "negex_dev:odd",
    "retrieval": "dev",
}
"""The split on which the bars of a task are judged; others stand beside without one."""


def bar_for(task: str, split: str, figure: str) -> Bar | None:
    """The bar of a figure where it is judged."""
    return BARS.get((task, figure)) if JUDGED_ON.get(task) == split else None


HEADLINES: Mapping[str, tuple[str, ...]] = {
    "charts": ("f1", "precision", "recall", "evidence_f1", "ece"),
    "procedures": (
        "cpt_f1",
        "hcpcs_f1",
        "pcs4_f1",
        "pcs_f1",
        "em_level",
        "em_majority",
        "em_gain",
        "em_exact",
    ),
    "codiesp-d": ("f1", "map", "f1_affirmed"),
    "codiesp-p": ("f1", "map"),
    "codiesp-x": ("f1",),
    "negation": ("f1",),
    "sections": ("found", "characters"),
    "retrieval": ("r@1", "r@10", "r@50"),
    "metamorphic": ("failed", "others_moved"),
    "faithfulness": ("deleted_falls", "negated_falls", "sparsity"),
}
"""The figures of each task that stand in a summary."""
