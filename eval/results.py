"""Outputs of `chartcode evaluate --json`, read back for a report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from coding.errors import InputError


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Measured(_Read):
    """A figure with its 95% interval; None where no data bears on it."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    of: str


class GroupRow(_Read):
    """The charts of one kind."""

    by: str
    name: str
    charts: int
    precision: float | None
    recall: float | None
    f1: float | None
    low: float | None
    high: float | None


class AutoRow(_Read):
    """Codes accepted unseen; shares in [0, 1]."""

    n: int
    right: int
    coverage: float | None
    precision: float | None
    bound: float | None


class RiskRow(_Read):
    """The risk-coverage curve: (coverage, precision, threshold, n) from the surest down."""

    accepted: int
    curve: tuple[tuple[float, float, float, int], ...]
    auto: AutoRow


class ChapterRow(_Read):
    """Counts of one chapter."""

    tp: int
    fp: int
    fn: int
    f1: float | None


class CauseRow(_Read):
    """How many mistakes had a cause, and how many of those had the right category accepted."""

    cause: str
    n: int
    sibling: int


class ChangeRow(_Read):
    """How much a figure differs, with its 95% interval and p."""

    value: float | None
    low: float | None
    high: float | None
    p: float | None


class AblationRow(_Read):
    """The engine without one part: what ranked, its figures, and its F1 less the whole engine's."""

    model: str
    metrics: Mapping[str, Measured]
    failed: tuple[str, ...]
    f1_change: ChangeRow


class RunRow(_Read):
    """What made the figures."""

    software: str
    model: str
    codesets: Mapping[str, str]
    commit: str | None
    data: str
    data_sha256: str
    seed: int
    resamples: int


class Result(_Read):
    """One output. Only the charts task has what stands after `notes`."""

    task: str
    split: str
    n: int
    metrics: Mapping[str, Measured]
    run: RunRow
    baselines: Mapping[str, Mapping[str, Measured]] = {}
    notes: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()
    ablations: Mapping[str, AblationRow] = {}
    groups: tuple[GroupRow, ...] = ()
    risk: RiskRow | None = None
    reliability: tuple[tuple[float, float], ...] = ()
    chapters: Mapping[str, ChapterRow] = {}
    missed: tuple[CauseRow, ...] = ()
    wrong: tuple[CauseRow, ...] = ()

    @property
    def judged_model(self) -> str:
        """Of the models that code, the one that the task judges: of procedures, of diagnoses."""
        models = self.run.model.split(", ")
        return models[-1] if self.task in ("procedures", "codiesp-p") else models[0]


def load_result(path: Path) -> Result:
    """Read one output.

    Raises: InputError, naming file and field, where it is missing or no such output.
    """
    try:
        return Result.model_validate_json(path.read_bytes())
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise InputError(f"{path}: {reason}; give a readable file", field="path") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "the file"
        raise InputError(
            f"{path.name}: {field} is not as chartcode evaluate --json writes it ({first['type']})",
            field=field,
        ) from None
