"""The verbs over stand-ins for the engine; tests/e2e runs the real thing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from typer.testing import CliRunner

from coding.errors import ConfigError, InvalidNote, NotValidOn, UnknownCode
from coding.types import Code, CodeEntry, Hit, System
from service import cli, cli_codes


def entry(value: str, title: str, **more: object) -> CodeEntry:
    parts = {"billable": True, "parent": None, **more}
    return CodeEntry(Code(System.ICD10CM, value), title, **parts)  # type: ignore[arg-type]


ENTRIES = {
    "E11": entry("E11", "Type 2 diabetes mellitus", billable=False, children=("E11.2",)),
    "E11.2": entry(
        "E11.2",
        "With kidney complications",
        billable=False,
        parent="E11",
        children=("E11.22",),
        chapter="4 Endocrine diseases",
        section="E08-E13 Diabetes mellitus",
        excludes1=("gestational diabetes (O24.4-)",),
        seventh=(("A", "initial encounter"),),
    ),
    "E11.22": entry("E11.22", "With chronic kidney disease [stage]", parent="E11.2"),
}


class FakeRelease:
    """As much of coding.protocols.CodeSystem as the verbs use."""

    system = System.ICD10CM
    release = "2026-04"
    valid_from = date(2026, 4, 1)
    valid_to = date(2026, 9, 30)

    def __contains__(self, value: str) -> bool:
        return value in ENTRIES

    def __len__(self) -> int:
        return len(ENTRIES)

    def title(self, value: str) -> str:
        return ENTRIES[value].title

    def parent(self, value: str) -> str | None:
        return ENTRIES[value].parent

    def get(self, value: str) -> CodeEntry:
        return ENTRIES[value]

    def find(self, words: str, limit: int = 20) -> tuple[Hit, ...]:
        found = [e.code.value for e in ENTRIES.values() if words in e.title]
        return tuple(Hit(value, 1.0, 1.0) for value in found[:limit])


class FakeRegistry:
    def at(self, system: System, on: date | None) -> FakeRelease:
        return FakeRelease()

    def releases(self) -> tuple[FakeRelease, ...]:
        return (FakeRelease(),)

    def newest(self) -> tuple[FakeRelease, ...]:
        return self.releases()

    def lookup(self, code: Code, on: date | None = None) -> CodeEntry:
        if code.system is not System.ICD10CM or code.value not in ENTRIES:
            raise UnknownCode(f"no loaded release has {code.value}", field="code")
        if on is not None and on < FakeRelease.valid_from:
            raise NotValidOn(f"{code.value} is not valid on {on}")
        return ENTRIES[code.value]


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_codes, "_registry", lambda context: FakeRegistry())


def out(*arguments: str, status: int = 0) -> list[str]:
    done = CliRunner().invoke(cli.app, [*arguments], env={"COLUMNS": "80"})
    assert done.exit_code == status, done.output
    return [line.rstrip() for line in done.output.splitlines()]


def test_show_tells_all_there_is_to_a_code() -> None:
    assert out("show", "e112") == [
        "E11.2  With kidney complications",
        "ICD-10-CM 2026-04, valid 2026-04-01 to 2026-09-30; not billable, a more specific",
        "code is needed",
        "",
        "Hierarchy",
        "  4 Endocrine diseases",
        "  E08-E13 Diabetes mellitus",
        "  E11  Type 2 diabetes mellitus",
        "",
        "Below it",
        "  E11.22  With chronic kidney disease [stage]",
        "",
        "Excludes1",
        "  gestational diabetes (O24.4-)",
        "",
        "7th character",
        "  A  initial encounter",
    ]


def test_show_leaves_brackets_of_a_title_alone() -> None:
    assert out("show", "E11.22")[0] == "E11.22  With chronic kidney disease [stage]"


def test_search_marks_what_cannot_be_billed() -> None:
    assert out("search", "kidney") == [
        "ICD-10-CM  E11.2   With kidney complications (not billable)",
        "ICD-10-CM  E11.22  With chronic kidney disease [stage]",
    ]
    assert out("search", "kidney", "--system", "ICD-10-CM", "--limit", "1") == [
        "E11.2  With kidney complications (not billable)"
    ]
    assert len(out("search", "kidney", "--limit", "1")) == 1
    assert out("search", "mania", status=1) == ["no code found; try fewer or other words"]


def test_show_as_of_a_day_says_when_a_code_was_valid() -> None:
    assert out("show", "E11.22", "--on", "2026-05-01")[0].startswith("E11.22")
    done = CliRunner().invoke(cli.app, ["show", "E11.22", "--on", "2020-01-01"])
    assert isinstance(done.exception, NotValidOn)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Exception]]:
    errors: list[Exception] = []

    def fail() -> None:
        raise errors[0]

    monkeypatch.setattr(cli, "app", fail)
    yield errors


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (InvalidNote("text is empty", field="text"), "error: text is empty\n"),
        (
            ConfigError("must be a path", field="port"),
            "error: must be a path (field port)\n",
        ),
        (ConfigError("run `make install`"), "error: run `make install`\n"),
    ],
)
def test_an_expected_error_is_one_line_and_status_2(
    failing: list[Exception], capsys: pytest.CaptureFixture[str], error: Exception, said: str
) -> None:
    failing.append(error)
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
    assert capsys.readouterr() == ("", said)


def test_no_verb_is_run_where_a_package_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def hidden() -> None:
        raise ConfigError("eval is elsewhere")

    monkeypatch.setattr(cli, "check_own_packages", hidden)
    done = CliRunner().invoke(cli.app, ["search", "kidney"])
    assert isinstance(done.exception, ConfigError)
    assert done.output == ""
