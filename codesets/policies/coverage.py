"""Local coverage: the article tables of CMS's Medicare Coverage Database, joined.

Diagnosis lists are in billing and coding articles; LCDs themselves hold prose. An article groups
its procedures and its diagnoses, and its prose says which groups belong together. That prose is not
read: a diagnosis of any group counts as covered, so what is reported as uncovered is in no group.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from codesets.loaders.text import bad_line
from codesets.policies.coverage_table import Policy
from codesets.policies.packing import DIAGNOSIS, PROCEDURE, pack
from codesets.policies.ptp import PROCEDURE_CODE
from codesets.policies.rows import Row, bad_cell, cell_day, head, is_blank
from coding.errors import CodeSetError

DIAGNOSIS_CODE = re.compile(r"[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?")
# The database writes these where a list does not apply.
_NOTHING = frozenset({"", "N/A", "XX000", "XXX00", "00000"})
_IN_USE = frozenset({"", "A", "R"})  # active and retired; not proposed ones
_Key = tuple[str, str]


@dataclass(slots=True)
class ArticleTables:
    """What the tables of the database say so far; each is added as it comes, then all are joined.

    Keys are (article_id, article_version); contractors have keys of their own.
    """

    articles: dict[_Key, Policy] = field(default_factory=dict)
    procedures: dict[_Key, set[int]] = field(default_factory=lambda: defaultdict(set))
    covered: dict[_Key, set[int]] = field(default_factory=lambda: defaultdict(set))
    barred: dict[_Key, set[int]] = field(default_factory=lambda: defaultdict(set))
    related: dict[_Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    contractors: dict[_Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    names: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    updated: date | None = None

    def add(self, file: str, name: str, header: Sequence[str], rows: Iterable[Row]) -> bool:
        """Read one table, by the name of its file; False for one that is not used.

        Raises: CodeSetError naming file, line and column.
        """
        if file not in TABLES:
            return False
        self.seen.add(file)
        columns = _Columns(name, head(header), TABLES[file])
        for line, cells in rows:
            if not is_blank(cells):
                self._add_row(file, columns.row(line, cells), columns, line)
        return True

    def _add_row(self, file: str, row: dict[str, str], columns: _Columns, line: int) -> None:
        if file == "contractor.csv":
            shown = f"{row['contractor_bus_name']} {row.get('contractor_number', '')}"
            self.names[row["contractor_id"]] = shown.strip()
            return
        key = row["article_id"], row["article_version"]
        if file == "article.csv":
            self._add_article(key, row, columns, line)
        elif file == "article_x_contractor.csv":
            self.contractors[key].add(row["contractor_id"])
        elif file == "article_related_documents.csv":
            self.related[key] |= {f"L{row['r_lcd_id']}"} if row["r_lcd_id"] else set()
        elif file == "article_x_hcpc_code.csv":
            code = columns.code(row, line, "hcpc_code_id", PROCEDURE_CODE, PROCEDURE)
            self.procedures[key] |= code
        else:
            code = columns.code(row, line, "icd10_code_id", DIAGNOSIS_CODE, DIAGNOSIS)
            (self.barred if "noncovered" in file else self.covered)[key].update(code)

    def _add_article(self, key: _Key, row: dict[str, str], columns: _Columns, line: int) -> None:
        if row.get("status", "").upper() not in _IN_USE:
            return
        effective = columns.day(row, line, "article_eff_date")
        if effective is None:
            raise bad_cell(columns.name, line, "article_eff_date", "is no day")
        updated = columns.day(row, line, "last_updated")
        self.updated = max(filter(None, (self.updated, updated)), default=None)
        ended = columns.day(row, line, "article_end_date")
        policy = row.get("display_id") or f"A{row['article_id'].removeprefix('A')}"
        self.articles[key] = Policy(policy, row["title"], effective=effective, ended=ended)

    def joined(self, contractor: str | None = None) -> tuple[Policy, ...]:
        """The articles that list procedures and diagnoses; those of one contractor, where named.

        A contractor is named by its number or by part of its name; articles that name none stay.

        Raises: CodeSetError where tables are missing or nothing is left.
        """
        if missing := sorted(REQUIRED - self.seen):
            raise CodeSetError(
                f"the download of the Coverage Database lacks {missing[0]}: load the zip of "
                "articles whole; LCDs alone list no diagnoses"
            )
        found = [policy for policy in map(self._joined, _versions(self.articles)) if policy.speaks]
        kept = [policy for policy in found if policy.is_of(contractor)]
        if not kept:
            whom = f" of contractor {contractor}" if contractor and found else ""
            raise CodeSetError(f"the download holds no article{whom} with procedures and diagnoses")
        return tuple(kept)

    def _joined(self, pair: tuple[_Key, Policy]) -> Policy:
        key, policy = pair
        names = {self.names.get(one, one) for one in self.contractors.get(key, ())}
        return replace(
            policy,
            related=tuple(sorted(self.related.get(key, ()))),
            contractors=tuple(sorted(names)),
            procedures=frozenset(self.procedures.get(key, ())),
            covered=frozenset(self.covered.get(key, ())),
            barred=frozenset(self.barred.get(key, ())),
        )


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a table that are read, by name."""

    name: str
    names: Sequence[str]
    wanted: tuple[str, ...]

    def row(self, line: int, cells: Sequence[str]) -> dict[str, str]:
        """The cells by name. Raises: CodeSetError for a row or a header that lacks some."""
        if len(cells) < len(self.names):
            raise bad_line(self.name, line, "has too few columns (cut off in the middle?)")
        row = {name: cell.strip() for name, cell in zip(self.names, cells, strict=False)}
        for column in self.wanted:
            if column not in row:
                raise CodeSetError(f"{self.name} has no column {column!r}")
        return row

    def day(self, row: dict[str, str], line: int, column: str) -> date | None:
        text = row.get(column, "")
        day = cell_day(text)
        if text and day is None:
            raise bad_cell(self.name, line, column, "is no day")
        return day

    def code(
        self, row: dict[str, str], line: int, column: str, form: re.Pattern[str], width: int
    ) -> set[int]:
        code = row[column].upper()
        if code in _NOTHING:
            return set()
        if not form.fullmatch(code):
            raise bad_cell(self.name, line, column, "is no code")
        return {pack(code, width)}


def _versions(articles: dict[_Key, Policy]) -> Iterator[tuple[_Key, Policy]]:
    """The articles by number and day, each version ended by the next one."""
    ordered = sorted(articles.items(), key=lambda item: (item[1].policy, item[1].effective))
    for place, (key, policy) in enumerate(ordered):
        after = ordered[place + 1][1] if place + 1 < len(ordered) else None
        if after is not None and after.policy == policy.policy:
            last = after.effective - timedelta(days=1)
            policy = replace(policy, ended=min(policy.ended or last, last))
        yield key, policy


_ARTICLE = ("article_id", "article_version")
TABLES = {
    "article.csv": (*_ARTICLE, "title", "article_eff_date"),
    "article_x_hcpc_code.csv": (*_ARTICLE, "hcpc_code_id"),
    "article_x_icd10_covered.csv": (*_ARTICLE, "icd10_code_id"),
    "article_x_icd10_noncovered.csv": (*_ARTICLE, "icd10_code_id"),
    "article_x_contractor.csv": (*_ARTICLE, "contractor_id"),
    "article_related_documents.csv": (*_ARTICLE, "r_lcd_id"),
    "contractor.csv": ("contractor_id", "contractor_bus_name"),
}
"""The tables of the database that are read, with the columns that they must have."""
REQUIRED = frozenset(list(TABLES)[:3])
