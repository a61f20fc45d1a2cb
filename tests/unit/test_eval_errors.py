from dataclasses import replace

from coding.types import Code, ErrorBody, Reason, Rejection, System
from eval.counts import PRF
from eval.errors import alarms, by_chapter, misses, tallied
from eval.harness import Outcome
from eval.metrics import score
from tests.unit.eval_kit import Release
from tests.unit.test_eval_metrics import gold, result, suggest


def test_each_miss_has_the_cause_that_kept_it_out() -> None:
    chart = gold(*((code, "core") for code in ("A09", "I10", "J18.9", "R05.9", "M1A.9XX9")))
    rejected = Rejection(Code(System.ICD10CM, "I10"), "", Reason.NEGATED, ())
    given = replace(result(suggest("J18.0")), rejected=(rejected,))
    seen = frozenset({"J18.0", "A09"})
    outcome = Outcome(chart, given, None, score(chart, given), ("M1A.9XX9",), seen)
    assert [(m.code, m.cause, m.sibling) for m in misses(outcome)] == [
        ("A09", "ranked below the threshold", False),
        ("I10", "rejected: negated", False),
        ("J18.9", "not among the candidates", True),
        ("M1A.9XX9", "the release lacks the code", False),
        ("R05.9", "not among the candidates", False),
    ]
    failed = replace(outcome, result=None, error=ErrorBody("E", "s", "m", None))
    assert {m.cause for m in misses(failed)} == {"the note could not be coded"}
    assert alarms(failed) == ()


def test_each_false_alarm_has_its_cause() -> None:
    chart = gold(("I10", "core"), ("Z79.4", "status"), not_coded=((20, 30, Reason.INTEGRAL),))
    given = result(
        suggest("I10"),
        suggest("Z79.4"),
        suggest("R07.9", evidence=((20, 30, 1.0),)),
        suggest("I10.9", evidence=((40, 50, 1.0),)),
        suggest("J18.9", evidence=((5, 15, 1.0),)),
        suggest("A09", evidence=((60, 70, 1.0),)),
    )
    outcome = Outcome(chart, given, None, score(chart, given), ())
    assert {m.code: m.cause for m in alarms(outcome)} == {
        "A09": "words no gold code rests on",
        "I10.9": "right category, wrong code",
        "J18.9": "words of another gold code",
        "R07.9": "words not to be coded: integral",
    }


def test_tallies_go_by_number_then_name() -> None:
    chart = gold(("I10", "core"), ("A09", "core"))
    given = result()
    outcome = Outcome(chart, given, None, score(chart, given), ("I10",), frozenset())
    more = [*misses(outcome), *misses(replace(outcome, unknown=()))]
    assert [(t.cause, t.n) for t in tallied(more)] == [
        ("not among the candidates", 3),
        ("the release lacks the code", 1),
    ]


def test_chapters_add_up_and_keep_what_the_release_lacks() -> None:
    found = by_chapter({"I10": PRF(1, 0, 0), "A09": PRF(0, 1, 0), "X": PRF(0, 0, 1)}, Release())
    assert sum(found.values(), PRF()) == PRF(1, 1, 1)
    assert found["not in the release"] == PRF(0, 0, 1)
