"""Every error Chartcode raises on purpose.

    ChartcodeError
    |- ConfigError                                       start-up stops
    |- InputError      InvalidNote NoteTooLong            422 / 413
    |- CodeSetError    UnknownCode NotValidOn CodeSetMissing    404 / 422 / 503
    |- ArtifactError   ArtifactNotFound HashMismatch Incompatible    503
    |- StoreError      Unavailable Conflict ChainBroken   503 / 409 / 500
    `- PipelineError   (stage, note id)                   500

A message carries ids, fields and offsets, never note text. service/app.py maps types to statuses.
"""

from __future__ import annotations


class ChartcodeError(Exception):
    """Base of all. `stage` is the step that failed, `field` the request field at fault."""

    stage = "internal"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class ConfigError(ChartcodeError):
    """The configuration or installation cannot work; start-up stops."""

    stage = "config"


class InputError(ChartcodeError):
    """The request is at fault."""

    stage = "input"


class InvalidNote(InputError):
    """The note, or the request around it, cannot be read as one."""


class NoteTooLong(InputError):
    """The note or the request body exceeds the configured size."""


class CodeSetError(ChartcodeError):
    """A code or a release of a code system is at fault."""

    stage = "codeset"


class UnknownCode(CodeSetError):
    """No loaded release has this code."""


class NotValidOn(CodeSetError):
    """No loaded release covers the date of service."""


class CodeSetMissing(CodeSetError):
    """The code system is known, but none of its releases is loaded."""


class ArtifactError(ChartcodeError):
    """A model artifact is at fault."""

    stage = "artifact"


class ArtifactNotFound(ArtifactError):
    """There is no artifact of this name and version."""


class HashMismatch(ArtifactError):
    """A file of the artifact is not the one its manifest names."""


class Incompatible(ArtifactError):
    """The artifact was made for another reader, lexicon or code set."""


class StoreError(ChartcodeError):
    """The audit store is at fault."""

    stage = "store"


class Unavailable(StoreError):
    """The store cannot be reached."""


class Conflict(StoreError):
    """The store holds something else under this id."""


class ChainBroken(StoreError):
    """The audit chain does not verify."""


class PipelineError(ChartcodeError):
    """A step of the engine failed on a note that was valid."""

    def __init__(self, stage: str, note_id: str, cause: str) -> None:
        super().__init__(
            f"{stage} failed on note {note_id!r} with {cause}; this is a defect of ours"
        )
        self.stage = stage
        self.note_id = note_id
