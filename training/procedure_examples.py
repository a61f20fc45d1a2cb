"""Gold notes as the ranker of procedures sees them: candidates, features, labels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from coding.pipeline import Coder, merge
from coding.types import PROCEDURE_SYSTEMS, Candidate, Reading, System
from models.folds import fold_of
from models.phrases import PhraseTable, phrases_of
from models.procedure_input import procedure_features
from models.procedure_phrases import ProcedurePhrases, key_of
from training.procedure_gold import ProcedureGold


@dataclass(frozen=True)
class Example:
    """A note's candidates of one system: features, keys and labels (0, 1); `gold` counts its gold.

    Without gold the labels say little: its coder may have left the procedures out.
    """

    fold: int
    held_out: bool
    system: System
    reading: Reading
    candidates: tuple[Candidate, ...]
    features: NDArray[np.float64]
    keys: tuple[str, ...]
    labels: NDArray[np.int64]
    gold: int

    @property
    def found(self) -> int:
        """How many gold codes are among the candidates."""
        return len({k for k, right in zip(self.keys, self.labels, strict=True) if right})


def make_examples(
    coder: Coder, gold: Sequence[ProcedureGold], console: Console, *, phrases: bool
) -> tuple[list[Example], PhraseTable]:
    """The examples of all notes and the table of their phrases, empty unless `phrases` count.

    What a note itself adds to the table is left out of what it is searched with.
    """
    readings = [
        coder.reader.read(one.note)
        for one in track(gold, "reading notes", console=console, transient=True)
    ]
    counted = [
        _counted(one, reading) if phrases else PhraseTable({}, {})
        for one, reading in zip(gold, readings, strict=True)
    ]
    table = _joined(counted)
    examples: list[Example] = []
    notes = list(zip(gold, readings, counted, strict=True))
    for one, reading, own in track(notes, "searching", console=console, transient=True):
        examples += _examples(coder, one, reading, ProcedurePhrases(table, own))
    return examples, table


def _examples(
    coder: Coder, gold: ProcedureGold, reading: Reading, phrases: ProcedurePhrases
) -> Iterator[Example]:
    for system in PROCEDURE_SYSTEMS:
        if system not in gold.done:
            continue
        codes = coder.codesets.at(system, None)
        named = coder.candidates(reading, codes)
        candidates = merge([*named, *phrases.generate(reading, codes)])
        keys = tuple(key_of(system, c.code.value) for c in candidates)
        done = gold.done[system]
        yield Example(
            fold=fold_of(gold.note.id),
            held_out=gold.held_out,
            system=system,
            reading=reading,
            candidates=candidates,
            features=procedure_features(reading, candidates),
            keys=keys,
            labels=np.array([key in done for key in keys], dtype=np.int64),
            gold=len(done),
        )


def _counted(gold: ProcedureGold, reading: Reading) -> PhraseTable:
    """What the phrases of one note count: they support the keys whose gold words they touch."""
    return PhraseTable.count(
        [
            (p.key, [key for key, span in gold.evidence if span.overlaps(p.span)])
            for p in phrases_of(reading.note.text, sentence)
        ]
        for sentence in reading.sentences
    )


def _joined(tables: Iterable[PhraseTable]) -> PhraseTable:
    seen: Counter[int] = Counter()
    reported: dict[int, Counter[str]] = defaultdict(Counter)
    for table in tables:
        seen.update(table.seen)
        for key, of_key in table.reported.items():
            reported[key].update(of_key)
    return PhraseTable(seen, reported)
