from __future__ import annotations

import io
import json
import random
from collections.abc import Iterable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.errors import InputError
from coding.types import CodingOptions
from service.batch import Identity, Job, Tally, in_order, read_jobs, read_lines, resume, run
from service.schemas import parse_request
from service.workers import Answer, Task, Workers, answer
from tests.unit import batch_fakes as fakes

MAX_BYTES = 200
IDENTITY = Identity(*fakes.IDENTITY)


parse = partial(parse_request, max_note_chars=150)


class ShuffledPool:
    """Answers in this process, in an order of chance."""

    def __init__(self, seed: int, count: int) -> None:
        self.random = random.Random(seed)
        self.count = count
        self.tasks: list[Task] = []

    @property
    def idle(self) -> bool:
        return len(self.tasks) < self.count

    def give(self, task: Task) -> None:
        assert self.idle
        self.tasks.append(task)

    def collect(self) -> Iterable[Answer]:
        assert self.tasks, "waiting for nothing"
        return [answer(fakes.FakeCoder(), self.tasks.pop(self.random.randrange(len(self.tasks))))]


def code(raw: bytes, *, seed: int = 0, count: int = 3) -> list[dict[str, object]]:
    output = io.BytesIO()
    code_into(raw, output, seed=seed, count=count)
    return [json.loads(line) for line in output.getvalue().splitlines()]


def code_into(raw: bytes, output: io.BytesIO, *, seed: int = 0, count: int = 3) -> Tally:
    jobs = read_jobs(io.BytesIO(raw), parse, MAX_BYTES)
    start = resume(jobs, output, IDENTITY)
    pool = ShuffledPool(seed, count)
    return run(jobs, output, pool, window=2 * count, start=start, show=lambda _: None)


def request(number: int, text: str = "text") -> bytes:
    body = {"id": f"n{number}", "text": text, "setting": "outpatient"}
    return json.dumps(body).encode() + b"\n"


def errors(lines: list[dict[str, object]]) -> dict[object, str]:
    return {line["line"]: line["error"]["message"] for line in lines if "error" in line}  # type: ignore[index]


def test_a_broken_line_fails_in_its_place_and_its_neighbours_are_coded() -> None:
    said = code(request(1) + b'{"id": "n2", "te\n' + request(3))
    assert [line["note_id"] for line in said] == ["n1", None, "n3"]
    assert errors(said) == {2: "the request is not JSON; it breaks off at line 1, column 14"}


def test_a_failure_carries_the_id_where_it_can_be_read() -> None:
    assert code(b'{"id": "n1"}\n') == [
        {
            "schema_version": "1",
            "note_id": "n1",
            "line": 1,
            "error": {
                "type": "InvalidNote",
                "stage": "input",
                "field": "text",
                "message": "text is required",
            },
        }
    ]
    for raw in (
        b"[1]",
        b'{"id": 3}',
        b'{"id": "\\ud800"}',
        b'"id"',
        b'{"id": "%s"}' % (b"x" * 201),
    ):
        assert code(raw + b"\n")[0]["note_id"] is None


def test_of_duplicate_ids_the_first_request_is_coded() -> None:
    said = code(b'{"id": "n1"}\n' + request(1) + request(2) + request(1))
    assert errors(said) == {1: "text is required", 4: "an earlier line has the same id"}
    assert said[3]["note_id"] == "n1"


def test_invalid_utf8_names_the_byte() -> None:
    assert errors(code(b'{"id": "n\xff"}\n' + request(2))) == {
        1: "the request is not UTF-8 at byte 9"
    }


def test_a_blank_line_fails_and_those_at_the_end_are_no_lines() -> None:
    said = code(b"\n" + request(2) + b" \r\n\n" + request(5) + b"\n\n")
    assert len(said) == 5
    assert sorted(errors(said)) == [1, 3, 4]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_lines_end_as_they_like(end: bytes) -> None:
    assert errors(code(request(1).strip() + end)) == {}


def test_a_byte_order_mark_is_skipped() -> None:
    assert errors(code(b"\xef\xbb\xbf" + request(1))) == {}


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_a_line_may_be_as_long_as_the_limit_and_no_longer(end: bytes) -> None:
    assert [line.body for line in read_lines(io.BytesIO(b"x" * 50 + end), 50)] == [b"x" * 50]
    assert [line.body for line in read_lines(io.BytesIO(b"x" * 51 + end), 50)] == [None]


def test_an_endless_line_is_never_held_whole() -> None:
    class Source(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            assert 0 < size <= MAX_BYTES + 2
            return super().readline(size)

    raw = b"x" * 100_000 + b"\n" + request(2)
    lines = list(read_lines(Source(raw), MAX_BYTES))
    assert [line.body for line in lines] == [None, request(2).strip()]
    assert [line.end for line in lines] == [100_001, len(raw)]
    said = errors(code(raw))
    assert said == {1: "the line is longer than 200 bytes"}


def test_answers_come_while_the_input_is_still_open() -> None:
    """A program that writes a line and waits for its answer must get it."""
    asked: list[int] = []

    def jobs() -> Iterable[Job]:
        for n in range(1, 4):
            asked.append(n)
            yield Job(Task(n, fakes.note(n), CodingOptions()), n)

    for n, (said, _) in enumerate(in_order(iter(jobs()), ShuffledPool(0, 1), 8), 1):
        assert said.line == n
        assert asked == list(range(1, n + 1))


LINES = st.one_of(
    st.integers(1, 6).map(request),
    st.integers(7, 10_000).map(request),
    st.integers(1, 6).map(lambda n: request(n, "defect")),
    st.integers(1, 6).map(lambda n: request(n, "too old")),
    st.sampled_from([b"\n", b"{}\n", b"{\n", b"\xff\n", b"x" * 300 + b"\n", b"null\n", b" \n"]),
)


@given(st.lists(LINES, max_size=30), st.integers(0, 99), st.integers(1, 5))
def test_one_answer_a_line_in_order_whatever_the_workers(
    lines: list[bytes], seed: int, count: int
) -> None:
    raw = b"".join(lines)
    said = code(raw, seed=seed, count=count)
    while lines and not lines[-1].strip():
        lines.pop()
    assert len(said) == len(lines)
    for number, (line, asked) in enumerate(zip(said, lines, strict=True), 1):
        assert line.get("line", number) == number
        if "error" not in line:
            assert line["note_id"] == json.loads(asked)["id"]
    assert said == code(raw, seed=0, count=1)


@given(st.lists(LINES, max_size=12), st.integers(0, 99), st.data())
def test_cut_anywhere_and_started_again_it_loses_and_repeats_nothing(
    lines: list[bytes], seed: int, data: st.DataObject
) -> None:
    raw = b"".join(lines)
    whole = io.BytesIO()
    tally = code_into(raw, whole, seed=seed)
    cut = whole.getvalue()[: data.draw(st.integers(0, len(whole.getvalue())))]
    again = io.BytesIO(cut)
    resumed = code_into(raw, again, seed=seed + 1)
    assert again.getvalue() == whole.getvalue()
    assert (resumed.lines, resumed.failed) == (tally.lines, tally.failed)
    assert resumed.kept == cut.count(b"\n")


def written(raw: bytes) -> io.BytesIO:
    output = io.BytesIO()
    code_into(raw, output)
    return output


@pytest.mark.parametrize(
    "changed",
    [
        request(1, "other") + request(2) + request(3),
        request(9) + request(2) + request(3),
        b"{}\n" + request(2) + request(3),
        request(2) + request(1) + request(3),
        request(1),
    ],
    ids=["text", "id", "broken", "order", "shorter"],
)
def test_a_changed_input_is_refused_and_the_output_left_alone(changed: bytes) -> None:
    output = written(request(1) + request(2))
    before = output.getvalue()
    with pytest.raises(InputError, match="remove the output"):
        code_into(changed, output)
    assert output.getvalue() == before


def test_a_mended_line_is_refused_too() -> None:
    output = written(b"{}\n" + request(2))
    with pytest.raises(InputError, match="line 1 of the output"):
        code_into(request(1) + request(2), output)


@pytest.mark.parametrize("other", [("chartcode 1", "c0ffee"), ("chartcode 0", "decaf")])
def test_a_changed_configuration_is_refused(other: tuple[str, str]) -> None:
    output = written(request(1))
    jobs = read_jobs(io.BytesIO(request(1)), parse, MAX_BYTES)
    with pytest.raises(InputError, match="configuration"):
        resume(jobs, output, Identity(*other))


@pytest.mark.parametrize(
    "body", [b"a diary\n", b"[]\n", b'{"note_id":"n1"}\n', b"null\n", b"\xff\n"]
)
def test_an_output_that_holds_something_else_is_left_alone(body: bytes) -> None:
    output = io.BytesIO(body)
    with pytest.raises(InputError):
        code_into(request(1), output)
    assert output.getvalue() == body


def test_one_process_and_three_write_the_same_bytes() -> None:
    raw = b"".join(request(n, "defect" if n % 7 == 0 else "text") for n in range(1, 30)) + b"{\n"
    outputs = []
    for count in (1, 3):
        output = io.BytesIO()
        jobs = read_jobs(io.BytesIO(raw), parse, MAX_BYTES)
        with Workers(fakes.make, count) as pool:
            tally = run(jobs, output, pool, window=9, start=Tally(), show=lambda _: None)
        assert (tally.lines, tally.failed) == (30, 5)
        outputs.append(output.getvalue())
    assert outputs[0] == outputs[1]
