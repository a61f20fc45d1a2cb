"""The shipped encoder gives the same bytes alone, in company, padded, and on more threads."""

from __future__ import annotations

import numpy as np
import pytest

from models.artifact import load_artifact
from models.encoder import MAX_PIECES, Encoder

TEXTS = [
    "Gout.",
    "Type 2 diabetes mellitus with diabetic chronic kidney disease, stage 3b",
    "Denies chest pain, shortness of breath, nausea, vomiting and fever 🙂.",
    "Fracture of the left distal radius after a fall from a ladder two weeks ago",
    "x",
    "HTN",
    "Straße, naïve, été",
    "furosemide 40 mg b.i.d. " * 40,
]


@pytest.fixture(scope="module")
def encoders() -> list[Encoder]:
    contents = load_artifact("encoder", "1").contents
    return [
        Encoder(contents["encoder.onnx"], contents["tokenizer.json"], threads) for threads in (1, 4)
    ]


def test_the_same_bytes_alone_in_company_and_on_more_threads(encoders: list[Encoder]) -> None:
    one, four = encoders
    alone = [one.states([text])[0] for text in TEXTS]
    for together in (one.states(TEXTS), four.states(TEXTS), one.states(TEXTS[::-1])[::-1]):
        for mine, theirs in zip(alone, together, strict=True):
            assert mine.vectors.tobytes() == theirs.vectors.tobytes()


def test_offsets_name_the_pieces_of_the_text(encoders: list[Encoder]) -> None:
    for text, states in zip(TEXTS, encoders[0].states(TEXTS), strict=True):
        assert len(states.vectors) == len(states.offsets)
        inside = states.offsets[states.offsets[:, 0] < states.offsets[:, 1]]
        assert (np.diff(inside[:, 0]) >= 0).all()
        assert inside[-1, 1] <= len(text)


def test_nothing_of_a_long_text_is_left_out(encoders: list[Encoder]) -> None:
    long = TEXTS[-1]
    states = encoders[0].states([long])[0]
    assert len(states.vectors) > MAX_PIECES
    assert states.offsets[:, 1].max() == len(long.rstrip())


def test_words_have_the_states_of_their_own_pieces(encoders: list[Encoder]) -> None:
    text = "Gout and migraine"
    states = encoders[0].states([text])[0]
    gout, migraine = states.over(0, 4), states.over(9, 17)
    assert not np.array_equal(gout, migraine)
    assert np.array_equal(states.over(400, 401), states.mean), "words elsewhere: the whole text"
