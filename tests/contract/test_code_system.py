"""What every code system must do, run over every one that is loaded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from codesets.registry import Registry
from coding.errors import UnknownCode
from coding.protocols import CodeSystem
from coding.types import Code, System

# Named here so that a system which fails to load fails a test instead of shrinking the suite.
EXPECTED = (System.ICD10CM, System.ICD10PCS, System.CPT, System.HCPCS)


@pytest.fixture(params=EXPECTED)
def codes(request: pytest.FixtureRequest, registry: Registry) -> CodeSystem:
    return registry.at(request.param, None)


def _sample(codes: CodeSystem) -> Iterator[str]:
    titles = [value for value, _, kind in codes.terms() if kind == "title"]
    return iter(titles[:: max(1, len(titles) // 500)])


def test_every_loaded_release_is_under_contract(registry: Registry) -> None:
    assert {release.system for release in registry.releases()} == set(EXPECTED)


def test_entries_agree_with_the_short_answers(codes: CodeSystem) -> None:
    for value in _sample(codes):
        entry = codes.get(value)
        assert value in codes
        assert entry.code == Code(codes.system, value)
        assert (entry.title, entry.billable) == (codes.title(value), codes.billable(value))
        assert (entry.parent, entry.children) == (codes.parent(value), codes.children(value))
        assert entry.title


def test_parents_and_children_agree(codes: CodeSystem) -> None:
    for value in _sample(codes):
        parent = codes.parent(value)
        assert parent is None or value in codes.children(parent)
        assert all(codes.parent(child) == value for child in codes.children(value))
        assert not (codes.billable(value) and codes.children(value))


def test_claims_take_every_code_at_the_end_of_a_branch(codes: CodeSystem) -> None:
    for value in _sample(codes):
        modifier = codes.system in (System.CPT, System.HCPCS) and len(value) == 2
        assert codes.billable(value) == (not modifier and not codes.children(value))


def test_finds_agree_with_searches(codes: CodeSystem) -> None:
    for value in list(_sample(codes))[::40]:
        hits = codes.find(codes.title(value), 5)
        assert [hit.code for hit in hits] == [
            e.code.value for e in codes.search(codes.title(value), 5)
        ]
        assert all(0 < hit.matched <= 1 and hit.closeness > 0 for hit in hits)


def test_both_written_forms_name_one_code(codes: CodeSystem) -> None:
    for value in _sample(codes):
        bare = value.replace(".", "").lower()
        assert Code.parse(codes.system, bare) == Code(codes.system, value)


def test_a_release_covers_a_stretch_of_time(codes: CodeSystem) -> None:
    assert codes.valid_from < codes.valid_to
    assert codes.release


def test_search_gives_codes_of_the_system(codes: CodeSystem) -> None:
    for value in list(_sample(codes))[::25]:
        found = codes.search(codes.title(value), 5)
        assert found
        assert all(entry.code.value in codes for entry in found)
    assert len(codes.search("a", 3)) <= 3


def test_unknown_codes_raise(codes: CodeSystem) -> None:
    with pytest.raises(UnknownCode):
        codes.get("NO SUCH CODE")


def test_excludes1_is_symmetric(codes: CodeSystem) -> None:
    some = list(_sample(codes))[::40]
    for one in some:
        for other in some:
            assert (codes.excludes1(one, other) is None) == (codes.excludes1(other, one) is None)
