"""What a model's input is made by, as hashes: a model fitted on other inputs must not run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files

from codesets.lexicon import Lexicon
from coding.terms import TERMS_VERSION
from models.encode import ENCODE_VERSION

READER_RULES = ("sections.json", "context_cues.json")


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
