"""From the certain beginning of an ICD-10-PCS code to a code that the release has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from coding.protocols import CodeSystem

# A code is proposed for its first four characters: section, system, operation, body part.
_CERTAIN = 4
_CONTRAST_AXIS = 4
_IMAGING = "B"
_OTHER_CONTRAST = "Y"
_TABLES = 256


class Completions:
    """The codes of one release by their beginnings."""

    def __init__(self, codes: CodeSystem) -> None:
        self.codes = codes
        self._table = lru_cache(_TABLES)(self._read_table)

    def complete(self, beginning: str, ending: str = "", contrast: bool = False) -> str | None:
        """The plainest code that begins so: with the ending wanted, then with the most Zs.

        Where the release has no such code a shorter beginning of four characters or more will do;
        None where it has none either.
        """
        table = self._table(beginning[:3])
        for length in range(len(beginning), min(_CERTAIN, len(beginning)) - 1, -1):
            certain = beginning[:length]
            own = [code for code in table.get(certain[:_CERTAIN], ()) if code.startswith(certain)]
            if own:
                return min(own, key=lambda code: _plainness(code, ending, contrast))
        return None

    def _read_table(self, table: str) -> Mapping[str, tuple[str, ...]]:
        if table not in self.codes:
            return {}
        by_part: dict[str, list[str]] = defaultdict(list)
        for code in self.codes.children(table):
            by_part[code[:_CERTAIN]].append(code)
            by_part[code[: _CERTAIN - 1]].append(code)
        return {beginning: tuple(own) for beginning, own in by_part.items()}


def _plainness(code: str, ending: str, contrast: bool) -> tuple[bool, bool, int, str]:
    told = code[0] == _IMAGING and contrast
    wrong_contrast = told and code[_CONTRAST_AXIS] != _OTHER_CONTRAST
    return not code.endswith(ending), wrong_contrast, -code[_CERTAIN:].count("Z"), code
