"""What a model's input is made by, as hashes: a model fitted on other inputs must not run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files

from codesets.lexicon import Lexicon
from coding.terms import TERMS_VERSION
from models.artifact import Artifact, load_named
from models.encode import ENCODE_VERSION
from models.note_input import NOTE_INPUT_VERSION
from models.procedure_input import PROCEDURE_INPUT_VERSION

READER_RULES = ("sections.json", "context_cues.json")
PROCEDURE_WORDS = (("coding", "procedures"), ("codesets", "pcs_words"))
"""Folders of tables by which procedures are found. The words of CPT and HCPCS are none of them:
they are the operator's to load and may change under a model."""


def input_hashes(lexicon: Lexicon) -> Mapping[str, str]:
    """Reader rules, lexicon, term index and encoding, each by hash or version."""
    digest = hashlib.sha256()
    for name in READER_RULES:
        digest.update((files("coding") / name).read_bytes())
    return {
        "reader rules": digest.hexdigest(),
        "lexicon": lexicon.sha256,
        "term index": str(TERMS_VERSION),
        "encoding": str(ENCODE_VERSION),
    }


def trained_inputs(lexicon: Lexicon, encoder: Artifact) -> Mapping[str, str]:
    """What a trained ranker sees with: the above, the encoder's files and the note encoding."""
    of_files = json.dumps(dict(encoder.manifest.files), sort_keys=True).encode()
    return {
        **input_hashes(lexicon),
        "encoder": hashlib.sha256(of_files).hexdigest(),
        "note input": str(NOTE_INPUT_VERSION),
    }


def procedure_inputs(lexicon: Lexicon) -> Mapping[str, str]:
    """What a ranker of procedures sees with: the reader, and the words procedures are known by."""
    digest = hashlib.sha256()
    for package, folder in PROCEDURE_WORDS:
        tables = files(package) / folder
        for table in sorted(tables.iterdir(), key=lambda entry: entry.name):
            if table.name.endswith((".tsv", ".json")):
                digest.update(table.read_bytes())
    return {
        **input_hashes(lexicon),
        "procedure words": digest.hexdigest(),
        "procedure input": str(PROCEDURE_INPUT_VERSION),
    }


def require_inputs(artifact: Artifact, lexicon: Lexicon) -> None:
    """Refuse a ranker that was made for other inputs than this installation has.

    Raises: Incompatible, naming which; ArtifactError where its encoder cannot be read.
    """
    if artifact.manifest.kind == "procedures":
        artifact.require(procedure_inputs(lexicon))
        return
    base = artifact.manifest.base_model
    artifact.require(
        input_hashes(lexicon) if base is None else trained_inputs(lexicon, load_named(base))
    )
