"""The sentences of a reading under the encoder, each run once however many parts ask for it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from coding.types import Reading, Span
from models.encoder import Encoder, States

_MARKS = " \t\r\n,;.:"
_NUMBERING = re.compile(r"[\s,;.:#*•–-]*(?:\(?\d{1,2}[.):](?!\d)\s*)?[\s,;#*•–-]*")


class EncodedNotes:
    """States of sentences; remembers those of the last reading of each thread, no longer."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._last = threading.local()

    @property
    def width(self) -> int:
        """Dimensions of a state."""
        return self._encoder.width

    def states(self, reading: Reading, sentences: Iterable[Span]) -> list[States]:
        """States of sentences of a reading, in order, offsets in code points of its text."""
        known = self._known(reading)
        asked = [without_numbering(reading.note.text, sentence) for sentence in sentences]
        missing = [span for span in dict.fromkeys(asked) if span not in known]
        texts = [span.of(reading.note.text) for span in missing]
        for span, states in zip(missing, self._encoder.states(texts), strict=True):
            known[span] = _moved(states, span.start)
        return [known[span] for span in asked]

    def means(self, reading: Reading, sentences: Sequence[Span]) -> NDArray[np.float32]:
        """The vector of each sentence: (sentences, width)."""
        return np.array([s.mean for s in self.states(reading, sentences)], dtype=np.float32)

    def _known(self, reading: Reading) -> dict[Span, States]:
        if getattr(self._last, "reading", None) is not reading:
            self._last.reading = reading
            self._last.known = {}
        known: dict[Span, States] = self._last.known
        return known


def without_numbering(text: str, sentence: Span) -> Span:
    """The sentence without its list number and the marks around it; all where it has no words."""
    match = _NUMBERING.match(text, sentence.start, sentence.end)
    start = match.end() if match else sentence.start
    end = start + len(text[start : sentence.end].rstrip(_MARKS))
    return Span(start, end) if start < end else sentence


def _moved(states: States, by: int) -> States:
    edges = states.offsets[:, 0] == states.offsets[:, 1]
    offsets = np.where(edges[:, None], 0, states.offsets + by).astype(np.int32)
    return States(states.vectors, offsets)
