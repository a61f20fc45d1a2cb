"""Fixtures that several kinds of tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codesets.registry import Registry, default_index_dir, load_registry
from coding.build import build_coder
from coding.pipeline import Coder
from coding.protocols import CodeSystem
from coding.types import CodingResult, Note, Setting, System

SHARED = Path(__file__).parents[1].parent / "shared"


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The built index; `make install` builds it, `chartcode codesets build` too."""
    return load_registry(default_index_dir())


@pytest.fixture(scope="session")
def icd10cm(registry: Registry) -> CodeSystem:
    return registry.at(System.ICD10CM, None)


@pytest.fixture(scope="session")
def coder() -> Coder:
    """The engine as configured by default; building it takes seconds, so all tests share it."""
    return build_coder()


@pytest.fixture(scope="session")
def code(coder: Coder) -> Callable[..., CodingResult]:
    """Code a text: code(text, setting=Setting.OUTPATIENT)."""

    def run(text: str, setting: Setting = Setting.OUTPATIENT) -> CodingResult:
        return coder.code(Note("note", text, setting))

    return run


@pytest.fixture(scope="session")
def shared_charts() -> Path:
    folder = SHARED / "data/notes/charts"
    if not folder.is_dir():
        pytest.skip("needs the charts of the data folder beside the checkout")
    return folder
