"""Notes with the procedures done, for training: our charts and CodiEsp.

Gold is compared by key (models.procedure_phrases.key_of): a code of CPT or HCPCS, the first four
characters of ICD-10-PCS, which is all that most gold of CodiEsp has. Visits are levelled by rules
and are not among it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from coding.em.families import family_of
from coding.errors import ConfigError
from coding.types import PROCEDURE_SYSTEMS, Note, Setting, Span, System
from eval.charts import GoldProcedure, load_charts
from eval.codiesp import P_TABLE, load_codiesp
from models.procedure_phrases import key_of
from training.recipe import Source
from training.sources import lines_of


@dataclass(frozen=True, slots=True)
class ProcedureGold:
    """A note, the keys of its gold procedures by system, and where words of each key stand.

    A system with no key says nothing of the note: its coder may have left procedures out.
    `held_out` notes are kept from the model that is shipped.
    """

    note: Note
    done: Mapping[System, frozenset[str]]
    evidence: tuple[tuple[str, Span], ...]
    held_out: bool = False


def read_gold(source: Source) -> Iterator[ProcedureGold]:
    """The notes of a source. Raises: InvalidNote as its reader does, ConfigError."""
    if source.form == "charts":
        yield from _charts(source.path)
    elif source.form == "codiesp":
        yield from _codiesp(source.path, source.split)
    else:
        raise ConfigError(f"procedures are not read from {source.form}", field="sources.form")


def _charts(path: Path) -> Iterator[ProcedureGold]:
    for chart in load_charts(path, unique_ids=False):
        told = [p for p in chart.procedures if not _is_visit(p)]
        done = {
            s: frozenset(_key(p) for p in told if p.code.system is s) for s in PROCEDURE_SYSTEMS
        }
        evidence = tuple((_key(p), e.span) for p in told for e in p.evidence)
        yield ProcedureGold(chart.note(), done, evidence)


def _codiesp(folder: Path, split: str) -> Iterator[ProcedureGold]:
    for document in load_codiesp(folder, split, mentions=True, gold_of=P_TABLE):
        note = Note(document.id, document.text, Setting.INPATIENT)
        done = {System.ICD10PCS: document.gold}
        yield ProcedureGold(note, done, tuple(lines_of(document)))


def _key(procedure: GoldProcedure) -> str:
    return key_of(procedure.code.system, procedure.code.value)


def _is_visit(procedure: GoldProcedure) -> bool:
    return family_of(procedure.code.value) is not None
