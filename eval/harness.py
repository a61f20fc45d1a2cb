"""Codes the notes of gold charts and scores what comes back."""

from __future__ import annotations

from typing import Protocol

from coding.protocols import CodeSystems, Reader
from coding.types import CodingOptions, CodingResult, Note, Provenance


class NoteCoder(Protocol):
    """What the harness needs of a coder; coding.pipeline.Coder has it."""

    @property
    def codesets(self) -> CodeSystems: ...
    @property
    def reader(self) -> Reader: ...
    @property
    def provenance(self) -> Provenance: ...
    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        """Raises: ChartcodeError."""
