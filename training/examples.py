"""Gold charts, read and searched as in service, as arrays to fit on (training/arrays.py).

Candidates have their features, vectors and labels, mentions the encoder's states over their words.
The phrases a chart itself adds are left out of what the chart is seen with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coding.pipeline import merge
from coding.protocols import CandidateGenerator, CodeSystem
from coding.types import Candidate, Reading
from models.encode import NOT_NOW
from models.encoded import EncodedNotes
from models.note_input import CANDIDATE_FEATURES, MENTION_FEATURES, NoteInput, Sight, encode_note
from models.phrase_generator import PhraseGenerator
from models.phrases import PhraseTable, phrases_of
from models.wording_vectors import WordingVectors
from training.arrays import IGNORED, NEGATIVE, POSITIVE
from training.closure import leads_to
from training.sources import Labelled


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart under study: its gold, reading and candidates, and what its phrases count."""

    labelled: Labelled
    reading: Reading
    candidates: tuple[Candidate, ...]
    own: PhraseTable


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes examples with the reader, generators and encoder of the service.

    `named` finds what the lexicon names, `last` work after it and the phrases, in the order of the
    service. `every_mention`: the gold codes whatever is mentioned, denied or not, not what is
    reported. `printed_as` puts a code into the form that the gold has it in.
    """

    read: Callable[[Labelled], Reading]
    named: Callable[[Reading], Sequence[Candidate]]
    last: Sequence[CandidateGenerator]
    codes: CodeSystem
    encoded: EncodedNotes
    wordings: WordingVectors
    every_mention: bool = False
    printed_as: Callable[[str], str] = str

    def count(self, labelled: Labelled, reading: Reading) -> PhraseTable:
        """What the phrases of one chart count, sentence by sentence.

        A phrase supports the codes whose gold words it touches: what merely stands beside them, a
        drug beside its disease, must not be taken for them. Gold without words teaches no phrases.
        """
        text = reading.note.text
        if not labelled.evidence:
            return PhraseTable({}, {})
        return PhraseTable.count(
            [
                (p.key, [code for code, span in labelled.evidence if span.overlaps(p.span)])
                for p in phrases_of(text, sentence)
            ]
            for sentence in reading.sentences
        )

    def chart(self, labelled: Labelled, table: PhraseTable) -> Chart:
        """A chart with its candidates, phrases counted without itself."""
        reading = self.read(labelled)
        own = self.count(labelled, reading)
        learnt = [PhraseGenerator(table, own), *self.last]
        found = [c for g in learnt for c in g.generate(reading, self.codes)]
        return Chart(labelled, reading, merge([*self.named(reading), *found]), own)

    def arrays(self, chart: Chart, table: PhraseTable) -> dict[str, NDArray[np.generic]]:
        """The arrays of one chart, named as in Examples."""
        sight = Sight(self.encoded, self.wordings, table, chart.own)
        seen = _seen(chart, self.codes, sight)
        labels = [self._label(candidate, chart.labelled) for candidate in chart.candidates]
        return {
            "ids": np.array([chart.labelled.note.id]),
            "gold": np.array([len(chart.labelled.core)], dtype=np.int32),
            "values": np.array([c.code.value for c in chart.candidates], dtype="U8"),
            "features": seen.features,
            "code_vectors": seen.code_vectors,
            "labels": np.array(labels, dtype=np.int8),
            "states": seen.states,
            "places": seen.places,
            "mention_of": seen.mention_of,
            "mention_labels": self._mention_labels(chart, seen, labels),
        }

    def _label(self, candidate: Candidate, gold: Labelled) -> int:
        value = self.printed_as(candidate.code.value)
        if value in gold.core or (not self.every_mention and leads_to(value, gold.core)):
            return POSITIVE
        about = any(not NOT_NOW & set(e.assertions) for e in candidate.evidence)
        # What the rules reject whatever the model says must not teach it anything.
        return NEGATIVE if value not in gold.optional and (about or self.every_mention) else IGNORED

    def _mention_labels(
        self, chart: Chart, seen: NoteInput, labels: Sequence[int]
    ) -> NDArray[np.int8]:
        found = []
        for number, span in zip(seen.mention_of.tolist(), seen.spans, strict=True):
            label = labels[number]
            if label == POSITIVE:
                value = self.printed_as(chart.candidates[number].code.value)
                marked = [its for code, its in chart.labelled.evidence if code == value]
                if marked and not any(its.overlaps(span) for its in marked):
                    label = IGNORED
            found.append(label)
        return np.array(found, dtype=np.int8)


def _seen(chart: Chart, codes: CodeSystem, sight: Sight) -> NoteInput:
    if chart.candidates:
        return encode_note(chart.reading, chart.candidates, codes, sight)
    return NoteInput(
        features=np.zeros((0, len(CANDIDATE_FEATURES)), dtype=np.float32),
        code_vectors=np.zeros((0, sight.wordings.width), dtype=np.float32),
        states=np.zeros((0, sight.encoded.width), dtype=np.float32),
        places=np.zeros((0, len(MENTION_FEATURES)), dtype=np.float32),
        mention_of=np.zeros(0, dtype=np.int64),
        spans=(),
    )
