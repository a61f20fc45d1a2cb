"""Cluster expressions checked against a loaded release of ICD-11."""

from __future__ import annotations

from collections.abc import Container

from codesets.icd11.clusters import ClusterCheck, check_cluster
from codesets.icd11.tabulation import NOT_PRIMARY
from coding.protocols import CodeSystem


class _Codes(Container[str]):
    """The codes of a release; with `dependent` those kept out of the primary tabulation."""

    def __init__(self, codes: CodeSystem, *, dependent: bool = False) -> None:
        self._codes = codes
        self._dependent = dependent

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, str) or value not in self._codes:
            return False
        return not self._dependent or NOT_PRIMARY in self._codes.get(value).notes


def check(expression: str, codes: CodeSystem) -> ClusterCheck:
    """Whether a cluster expression is valid in a release of ICD-11, as far as it tells."""
    return check_cluster(expression, _Codes(codes), _Codes(codes, dependent=True))
