from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import psutil
import pytest

from coding.errors import ConfigError
from coding.types import CodingOptions
from service.workers import Answer, Task, Workers, answer
from tests.unit import batch_fakes as fakes


def children() -> set[psutil.Process]:
    """The worker processes of this one, without the tracker that multiprocessing starts."""
    found = psutil.Process().children()
    return {p for p in found if "spawn_main" in " ".join(p.cmdline())}


def task(line: int, text: str = "text") -> Task:
    return Task(line, fakes.note(line, text), CodingOptions())


def work_off(pool: Workers, tasks: Iterable[Task]) -> dict[int, Answer]:
    found: dict[int, Answer] = {}
    given = 0
    for one in tasks:
        while not pool.idle:
            found.update((a.line, a) for a in pool.collect())
        pool.give(one)
        given += 1
    while len(found) < given:
        found.update((a.line, a) for a in pool.collect())
    return found


def test_every_task_is_answered_by_its_own_line() -> None:
    with Workers(fakes.make, 2) as pool:
        found = work_off(pool, [task(n) for n in range(1, 8)])
    assert {line: json.loads(a.body)["note_id"] for line, a in found.items()} == {
        n: f"n{n}" for n in range(1, 8)
    }


def test_a_note_that_kills_its_worker_twice_fails_alone() -> None:
    with Workers(fakes.make, 2) as pool:
        found = work_off(pool, [task(1), task(2, "dies"), task(3), task(4)])
    assert sorted(found) == [1, 2, 3, 4]
    assert [line for line, a in found.items() if a.failed] == [2]
    error = json.loads(found[2].body)["error"]
    assert error["type"] == "PipelineError"
    assert "end of its process" in error["message"]


def test_a_note_whose_worker_dies_once_is_coded_by_the_next(tmp_path: Path) -> None:
    with Workers(fakes.make, 1) as pool:
        found = work_off(pool, [task(1, f"dies once {tmp_path / 'marker'}"), task(2)])
    assert (tmp_path / "marker").exists()
    assert not any(a.failed for a in found.values())
    assert sorted(found) == [1, 2]


def test_a_coder_that_cannot_be_built_stops_all_and_says_why() -> None:
    with pytest.raises(ConfigError, match="codesets build"), Workers(fakes.cannot_make, 1) as pool:
        work_off(pool, [task(1)])


def test_a_worker_that_dies_before_it_is_ready_is_not_started_for_ever() -> None:
    with pytest.raises(ConfigError, match="doctor"), Workers(fakes.dies_while_making, 1) as pool:
        work_off(pool, [task(1)])


def test_workers_start_with_the_tasks_and_end_with_the_pool() -> None:
    with Workers(fakes.make, 3) as pool:
        assert children() == set()
        work_off(pool, [task(1)])
        processes = children()
        assert len(processes) == 1
    assert not any(p.is_running() for p in processes)


def test_an_unexpected_error_names_the_note_and_none_of_its_words() -> None:
    said = json.loads(answer(fakes.FakeCoder(), task(7, "defect")).body)
    assert said["note_id"] == "n7"
    assert said["line"] == 7
    assert said["error"]["type"] == "PipelineError"
    assert "RuntimeError" in said["error"]["message"]
    assert "defect" not in said["error"]["message"].replace("a defect of ours", "")


def test_an_expected_error_keeps_its_type_and_field() -> None:
    error = json.loads(answer(fakes.FakeCoder(), task(1, "too old")).body)["error"]
    assert (error["type"], error["field"]) == ("NotValidOn", "service_date")
