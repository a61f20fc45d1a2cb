"""A release as of a day it was not made for: with only the codes that could be billed that day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cached_property

from codesets.release import Release
from coding.errors import UnknownCode
from coding.types import CodeEntry, Hit, System

# Of what a release finds, some did not exist on the day.
_MORE = 4


class AsOf:
    """The codes of a release that were in force on a day, and the headers above them.

    Titles and notes are the release's. What has since become a header is billable if it was so on
    that day; codes of that day which the release no longer has are not there.
    """

    def __init__(self, release: Release, day: date, billable: frozenset[str]) -> None:
        self.day = day
        self._release = release
        self._billable = billable

    @property
    def system(self) -> System:
        """The code system."""
        return self._release.system

    @property
    def release(self) -> str:
        """The release whose titles and notes these are."""
        return self._release.release

    @property
    def valid_from(self) -> date:
        """First day of that release: not of the codes."""
        return self._release.valid_from

    @property
    def valid_to(self) -> date:
        """Last day of that release, nominally."""
        return self._release.valid_to

    @property
    def sha256(self) -> str:
        """Hash over the contents of the release."""
        return self._release.sha256

    @cached_property
    def _values(self) -> frozenset[str]:
        found = {value for value in self._billable if value in self._release}
        headers = {above for value in found for above in self._release.ancestors(value)}
        return frozenset(found | headers)

    def __contains__(self, value: str) -> bool:
        return value in self._values

    def __len__(self) -> int:
        return len(self._values)

    def get(self, value: str) -> CodeEntry:
        """The entry of the release with what holds on the day. Raises: UnknownCode."""
        entry = self._release.get(self._known(value))
        return replace(
            entry,
            billable=self.billable(value),
            parent=self.parent(value),
            children=self.children(value),
        )

    def title(self, value: str) -> str:
        """The title in the release, also of a code not in force that day. Raises: UnknownCode."""
        return self._release.title(value)

    def billable(self, value: str) -> bool:
        """Whether a claim of that day could carry the code."""
        return value in self._billable and value in self._release

    def parent(self, value: str) -> str | None:
        """The code above. Raises: UnknownCode."""
        return self._release.parent(self._known(value))

    def children(self, value: str) -> tuple[str, ...]:
        """The codes right below that were in force. Raises: UnknownCode."""
        return tuple(c for c in self._release.children(self._known(value)) if c in self._values)

    def search(self, words: str, limit: int = 20) -> tuple[CodeEntry, ...]:
        """What the release finds and the day had, at most `limit`."""
        return tuple(self.get(hit.code) for hit in self.find(words, limit))

    def find(self, words: str, limit: int = 20) -> tuple[Hit, ...]:
        """What `search` finds, with how well it fits."""
        found = self._release.find(words, _MORE * limit)
        return tuple(hit for hit in found if hit.code in self._values)[:limit]

    def terms(self) -> Iterator[tuple[str, str, str]]:
        """Every wording of the codes in force."""
        return (term for term in self._release.terms() if term[0] in self._values)

    def wordings(self) -> Iterator[tuple[str, str]]:
        """The words by which complete codes in force are known."""
        return (pair for pair in self._release.wordings() if pair[0] in self._values)

    def excludes1(self, one: str, other: str) -> str | None:
        """The Excludes1 note that bars two codes together, as the release has it."""
        return self._release.excludes1(one, other)

    def _known(self, value: str) -> str:
        if value not in self._values:
            raise UnknownCode(
                f"{self.system} {self.release} has no such code on {self.day}", field="code"
            )
        return value
