"""The ICD-11 stem codes of a loaded release for ICD-10-CM codes."""

from __future__ import annotations

from codesets.assemble.icd11 import MAP
from codesets.icd11.maps import crosswalk
from codesets.release import Release
from coding.types import Code, Crosswalk, System


class Crosswalks:
    """Answers from WHO's map as it was loaded; without one it knows nothing."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._map = {key: str(value) for key, value in release.extra(MAP).items()}

    def of(self, code: Code) -> Crosswalk | None:
        """The stem code for an ICD-10-CM code, None where the map leads to none."""
        if code.system is not System.ICD10CM:
            return None
        return crosswalk(code.value, self._map, self._title, self._release.release)

    def _title(self, value: str) -> str | None:
        return self._release.title(value) if value in self._release else None
