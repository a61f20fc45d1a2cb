"""The encoder artifact at work: what reads sentences, and the wordings to hold them against."""

from __future__ import annotations

from dataclasses import dataclass

from models.artifact import Artifact, load_named
from models.encoded import EncodedNotes
from models.encoder import Encoder
from models.wording_vectors import WordingVectors


@dataclass(frozen=True, slots=True)
class Eyes:
    """An encoder artifact with its parts."""

    artifact: Artifact
    encoder: Encoder
    encoded: EncodedNotes
    wordings: WordingVectors


def load_eyes(reference: str, threads: int) -> Eyes:
    """The encoder named name/version, run on so many threads. Raises: ArtifactError."""
    return eyes_of(load_named(reference), threads)


def eyes_of(artifact: Artifact, threads: int) -> Eyes:
    """The parts of an encoder artifact."""
    contents = artifact.contents
    encoder = Encoder(contents["encoder.onnx"], contents["tokenizer.json"], threads)
    wordings = WordingVectors.from_bytes(contents["wordings.npz"])
    return Eyes(artifact, encoder, EncodedNotes(encoder), wordings)
