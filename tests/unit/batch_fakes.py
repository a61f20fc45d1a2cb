"""Coders for worker processes: spawned children import this module by its name."""

from __future__ import annotations

import hashlib
import os
import signal
from pathlib import Path

from coding.errors import CodeSetMissing, NotValidOn
from coding.types import CodingOptions, CodingResult, Note, Provenance, Setting, System

IDENTITY = ("chartcode 0", "c0ffee")


def result_of(note: Note) -> CodingResult:
    return CodingResult(
        note_id=note.id,
        note_sha256=hashlib.sha256(note.text.encode()).hexdigest(),
        setting=note.setting,
        claim=note.claim_type,
        service_date=note.service_date,
        suggestions=(),
        rejected=(),
        findings=(),
        queries=(),
        provenance=Provenance(IDENTITY[0], "fake", ((System.ICD10CM, "2026"),), IDENTITY[1]),
    )


class FakeCoder:
    """Codes nothing; the text of a note says what is to go wrong with it."""

    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        if note.text == "too old":
            raise NotValidOn("no release is loaded for 1999-01-01", field="service_date")
        if note.text == "defect":
            raise RuntimeError(note.text)
        if note.text == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if note.text.startswith("dies once "):
            marker = Path(note.text.removeprefix("dies once "))
            if not marker.exists():
                marker.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return result_of(note)


def make() -> FakeCoder:
    return FakeCoder()


def cannot_make() -> FakeCoder:
    raise CodeSetMissing("run `chartcode codesets build`")


def dies_while_making() -> FakeCoder:
    os._exit(1)


def note(number: int, text: str = "text") -> Note:
    return Note(f"n{number}", text, Setting.OUTPATIENT)
