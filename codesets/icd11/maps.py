"""WHO's map from ICD-10 to ICD-11, and the unofficial step to it from ICD-10-CM.

WHO maps its own ICD-10, not the US clinical modification. Both print codes alike, and where
ICD-10-CM says more, the code is cut to what ICD-10 has; but the same string is not always the
same concept. Such a crosswalk is a hint for people, not an official one: say so where it shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from codesets.icd11.table import rows
from codesets.loaders.text import bad_line
from coding.errors import CodeSetError
from coding.types import Crosswalk

_COLUMNS = ("10ClassKind", "icd10Code", "icd10Chapter", "11ClassKind", "icd11Code")
_CATEGORIES = ("category", "modifiedcategory")
# The chapters of ICD-10 that a whole map begins and ends with.
_FIRST, _LAST = "I", "XXII"
# Characters of a printed code that are compared, finest first.
_KINDS = (("exact", None), ("rolled-up-4", len("E11.2")), ("rolled-up-3", len("E11")))
_SEPARATORS = re.compile(r"[&/]")


def parse_map(name: str, raw: bytes) -> Mapping[str, str]:
    """Read 10To11MapToOneCategory.txt: ICD-10 code -> ICD-11 code or cluster.

    Rows that map to a chapter or block, or to nothing, are left out. Raises: CodeSetError
    naming file and line.
    """
    found: dict[str, str] = {}
    chapters = set()
    for number, (kind10, icd10, chapter, kind11, icd11) in rows(name, raw, _COLUMNS):
        chapters.add(chapter)
        if kind10 not in _CATEGORIES or kind11 != "category" or not icd11:
            continue
        if icd10 in found:
            raise bad_line(name, number, f"maps {icd10} twice: this is no map to one category")
        found[icd10] = icd11
    if not found or not {_FIRST, _LAST} <= chapters:
        raise CodeSetError(f"{name} does not reach from chapter I to XXII: half a file?")
    return found


def crosswalk(
    value: str,
    ten_to_eleven: Mapping[str, str],
    title_of: Callable[[str], str | None],
    release: str,
) -> Crosswalk | None:
    """The ICD-11 stem for an ICD-10-CM code in printed form (E11.22); None where there is none.

    Of a cluster it is the first code. That is an extension code where WHO's target is one (the
    infectious agents of B95-B98). `title_of` gives None for a code that the release lacks.
    """
    for kind, length in _KINDS:
        target = ten_to_eleven.get(value[:length])
        if target is not None:
            stem = _SEPARATORS.split(target, maxsplit=1)[0]
            title = title_of(stem)
            return Crosswalk(stem, title, kind, release) if title is not None else None
    return None
