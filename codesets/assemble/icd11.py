"""ICD-11 MMS from WHO's files: the tabulation and the map from ICD-10.

WHO's files are CC BY-ND 3.0 IGO: they are kept unmodified, and nothing made of them is given away.
"""

from __future__ import annotations

from datetime import date

from codesets.assemble.parts import Assembled, Job
from codesets.icd11.maps import parse_map
from codesets.icd11.table import stamp
from codesets.icd11.tabulation import parse_tabulation
from codesets.loaders.recognise import Kind, Source
from coding.errors import CodeSetError

MAP = "map.json"
ATTRIBUTION = "World Health Organization, ICD-11 MMS, CC BY-ND 3.0 IGO"


def assemble(job: Job) -> Assembled:
    """Put a release together. Raises: CodeSetError naming the file at fault."""
    source = job.of(Kind.MMS)
    if source is None:
        raise CodeSetError(
            f"no tabulation of ICD-11 MMS {job.day} is loaded: load it with or before the map"
        )
    listing = parse_tabulation(source.member.shown, source.member.raw)
    mapped = job.of(Kind.MAP_10_TO_11)
    if mapped is None:
        return Assembled(listing, ("map from ICD-10: no crosswalk",))
    return Assembled(listing, (), {MAP: dict(parse_map(mapped.member.shown, mapped.member.raw))})


def stated_day(source: Source) -> date | None:
    """The release that the file itself names."""
    return stamp(source.member.shown, source.member.raw)
