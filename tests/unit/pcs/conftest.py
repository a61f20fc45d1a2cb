"""The generator over the release that ships, and readings of invented notes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from codesets.registry import default_index_dir, load_registry
from codesets.release import Release
from coding.errors import CodeSetMissing
from coding.pcs.generator import PcsGenerator
from coding.types import Candidate, System
from tests.unit.reading_kit import read

Found = Callable[[str], dict[str, Candidate]]


@pytest.fixture(scope="session")
def pcs() -> Release:
    try:
        codes = load_registry(default_index_dir()).at(System.ICD10PCS, None)
    except CodeSetMissing:
        pytest.skip("the code-set index is not built: run `chartcode codesets build`")
    assert isinstance(codes, Release)
    return codes


@pytest.fixture(scope="session")
def generator(pcs: Release) -> PcsGenerator:
    return PcsGenerator(pcs)


@pytest.fixture
def found(generator: PcsGenerator, pcs: Release) -> Found:
    """The candidates of a text by code."""

    def find(text: str) -> dict[str, Candidate]:
        return {c.code.value: c for c in generator.generate(read(text), pcs)}

    return find
