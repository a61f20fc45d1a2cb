"""Cluster expressions of ICD-11 MMS: their grammar, their codes, and what needs axes.

    cluster := group ("/" group)*
    group   := stem ("&" extension)*

Extension codes begin with X, stem codes do not (ICD-11 Reference Guide, 2.9 and 2.10). Which
extension codes a stem takes, and how many of a kind, is in WHO's postcoordination axes. The
tabulation has none, so clusters that turn on them are answered with NO_AXES, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from coding.errors import CodeSetError

NO_AXES = "not checked: axis data not loaded"
NO_ICF = "not checked: ICF is another classification, not loaded"
# The extension codes of block "Diagnosis code descriptors" apply to every stem (2.10.3).
DESCRIPTORS = "XY"
_EXTENSION = "X"
_CODE = re.compile(r"[0-9A-Za-z.]*")
# Component, chapter and up to four digits: b and s have eight chapters, d nine, e five.
_ICF = re.compile(r"(?:[bs][1-8]|d[1-9]|e[1-5])(?:\d{2,4})?")


@dataclass(frozen=True, slots=True)
class Group:
    """A stem code and the extension codes joined to it, in order."""

    stem: str
    extensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster expression that keeps to the grammar."""

    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class ClusterCheck:
    """Whether an expression is valid, None where that cannot be said, and why."""

    valid: bool | None
    reason: str


def parse_cluster(expression: str) -> Cluster:
    """Read an expression. Its codes need not exist.

    Raises: CodeSetError with the offset in code points and what is wrong there.
    """
    groups = []
    offset = 0
    for part in expression.split("/"):
        stem, *extensions = part.split("&")
        _check_code(stem, offset, "stem code")
        offset += len(stem) + 1
        for extension in extensions:
            _check_code(extension, offset, "extension code")
            offset += len(extension) + 1
        groups.append(Group(stem, tuple(extensions)))
    return Cluster(tuple(groups))


def check_cluster(
    expression: str, known: Container[str], dependent: Container[str]
) -> ClusterCheck:
    """Say whether an expression is valid as far as the tabulation tells.

    `known` are all codes of the release, `dependent` its stem codes outside the primary
    tabulation (codesets.icd11.tabulation.dependent_codes). False for broken grammar, an unknown
    code, or a dependent stem on its own; None where axes decide: an extension code other than a
    descriptor, or several descriptors on a stem; True for the rest. The order of stems is free.
    """
    try:
        cluster = parse_cluster(expression)
    except CodeSetError as error:
        return ClusterCheck(False, error.message)
    if _ICF.fullmatch(expression):
        return ClusterCheck(None, NO_ICF)
    offset = 0
    for code in (c for group in cluster.groups for c in (group.stem, *group.extensions)):
        if code not in known:
            return ClusterCheck(False, f"offset {offset}: the release has no such code")
        offset += len(code) + 1
    if any(_needs_axes(group) for group in cluster.groups):
        return ClusterCheck(None, NO_AXES)
    stems = {group.stem for group in cluster.groups}
    if len(stems) == 1 and cluster.groups[0].stem in dependent:
        return ClusterCheck(False, "offset 0: outside the primary tabulation, needs another stem")
    return ClusterCheck(True, "the release has every code, and none needs an axis")


def _needs_axes(group: Group) -> bool:
    one_descriptor = len(group.extensions) == 1 and group.extensions[0].startswith(DESCRIPTORS)
    return bool(group.extensions) and not one_descriptor


def _check_code(code: str, offset: int, wanted: str) -> None:
    if not code:
        raise _wrong(offset, f"no {wanted} where one should stand")
    end = _CODE.match(code)
    if end is not None and end.end() < len(code):
        raise _wrong(offset + end.end(), "a character that no code has")
    if code.startswith(_EXTENSION) != (wanted == "extension code"):
        raise _wrong(offset, f"no {wanted}: extension codes, and only they, begin with X")


def _wrong(offset: int, problem: str) -> CodeSetError:
    return CodeSetError(f"offset {offset}: {problem}", field="code")
