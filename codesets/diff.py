"""What changes from one release of a code system to another."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from coding.protocols import CodeSystem


@dataclass(frozen=True, slots=True)
class Change:
    """A code whose title or use changed; `before` and `after` are titles."""

    code: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Codes by kind of change, each in order of codes.

    `added` and `deleted` codes could be billed; `newly_billable` and `no_longer_billable` are in
    both releases.
    """

    system: str
    old: str
    new: str
    added: tuple[Change, ...]
    deleted: tuple[Change, ...]
    retitled: tuple[Change, ...]
    newly_billable: tuple[Change, ...]
    no_longer_billable: tuple[Change, ...]

    def lines(self) -> Iterator[str]:
        """As people read it."""
        yield f"{self.system} {self.old} -> {self.new}"
        for head, changes in self._kinds().items():
            yield f"\n{head.replace('_', ' ').capitalize()}: {len(changes)}"
            for change in changes:
                if head == "retitled":
                    yield f"  {change.code}  {change.before}"
                    yield f"  {' ' * len(change.code)}  -> {change.after}"
                else:
                    yield f"  {change.code}  {change.after or change.before}"

    def to_json(self) -> Mapping[str, object]:
        """As programs read it."""
        return {
            "system": self.system,
            "old": self.old,
            "new": self.new,
            **{
                head: [{"code": c.code, "before": c.before, "after": c.after} for c in changes]
                for head, changes in self._kinds().items()
            },
        }

    def _kinds(self) -> Mapping[str, tuple[Change, ...]]:
        return {
            "added": self.added,
            "deleted": self.deleted,
            "retitled": self.retitled,
            "newly_billable": self.newly_billable,
            "no_longer_billable": self.no_longer_billable,
        }


def compare(old: CodeSystem, new: CodeSystem) -> Difference:
    """The difference between two releases of one system. Headers are compared by title alone."""
    before, after = _titles(old), _titles(new)
    both = [value for value in after if value in before]
    return Difference(
        system=old.system,
        old=old.release,
        new=new.release,
        added=tuple(
            Change(v, "", after[v]) for v in sorted(after.keys() - before) if new.billable(v)
        ),
        deleted=tuple(
            Change(v, before[v], "") for v in sorted(before.keys() - after) if old.billable(v)
        ),
        retitled=tuple(
            Change(v, before[v], after[v]) for v in both if _said(before[v]) != _said(after[v])
        ),
        newly_billable=tuple(
            Change(v, before[v], after[v]) for v in both if new.billable(v) and not old.billable(v)
        ),
        no_longer_billable=tuple(
            Change(v, before[v], after[v]) for v in both if old.billable(v) and not new.billable(v)
        ),
    )


def _said(title: str) -> str:
    """A title as far as it says something: tabular list and order file differ in accents."""
    parts = unicodedata.normalize("NFKD", title)
    kept = (c for c in parts if not unicodedata.combining(c))
    return " ".join("".join(kept).replace("\u2019", "'").casefold().split())


def _titles(codes: CodeSystem) -> dict[str, str]:
    return {value: title for value, title, kind in codes.terms() if kind == "title"}
