"""One search over the newest releases of all systems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coding.protocols import CodeSystem
from coding.types import CodeEntry


@dataclass(frozen=True, slots=True)
class Found:
    """A code found, and the release it stands in."""

    codes: CodeSystem
    entry: CodeEntry


def search_all(releases: Iterable[CodeSystem], words: str, limit: int = 20) -> tuple[Found, ...]:
    """The best codes of all releases together, best first, at most `limit`.

    Those come first that have most of the words asked for, then those that say least besides;
    between equals the order of the releases decides.
    """
    ranked = [
        (-hit.matched, -hit.closeness, number, place, release, hit.code)
        for number, release in enumerate(releases)
        for place, hit in enumerate(release.find(words, limit))
    ]
    ranked.sort(key=lambda row: row[:4])
    return tuple(Found(release, release.get(code)) for *_, release, code in ranked[:limit])
