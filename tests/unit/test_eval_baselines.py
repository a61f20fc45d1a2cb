import pytest

from coding.types import CodingOptions, Note, Setting
from eval.bm25 import WordIndex, stems
from eval.harness import judge
from eval.metrics import Counts
from eval.word_baselines import bm25, most_frequent
from tests.unit.eval_kit import DenialReader, Release, Releases
from tests.unit.test_eval_metrics import gold


@pytest.mark.parametrize("cosine", [False, True])
def test_the_wording_with_the_most_and_rarest_words_comes_first(cosine: bool) -> None:
    index = WordIndex.of_release(Release(), cosine=cosine)
    assert index.best("uncomplicated asthma", 3)[0].code == "J45.909"
    assert [r.code for r in index.best("wheezy chests", 3)] == ["J45.909"]
    # R05 is a header: nothing may be coded with it.
    assert [r.code for r in index.best("cough", 9)] == ["R05.9"]
    assert index.best("nothing of the kind", 3) == ()
    found = index.best("unspecified", 9)
    assert [r.weight for r in found] == sorted((r.weight for r in found), reverse=True)


def test_ranks_do_not_hang_on_the_order_of_rows() -> None:
    rows = [("B", "old gout"), ("A", "old gout"), ("C", "gout")]
    one = WordIndex(rows).best("old gout", 3)
    assert one == WordIndex(rows[::-1]).best("old gout", 3)
    assert [r.code for r in one] == ["A", "B", "C"]


def test_bm25_accepts_a_title_that_stands_in_a_sentence_in_any_order() -> None:
    coder = bm25(Releases(), DenialReader())
    found = coder.code(Note("n", "Hypertension (primary, essential).", Setting.OUTPATIENT))
    assert [(s.code.value, s.probability) for s in found.suggestions] == [("I10", 1.0)]
    assert coder.code(Note("n", "Essential oils.", Setting.OUTPATIENT)).suggestions == ()


def test_the_most_frequent_codes_are_those_of_training_and_as_many() -> None:
    train = [
        gold(("I10", "core"), ("A09", "core")),
        gold(("I10", "core"), ("Z79.4", "status")),
        gold(("I10", "core"), ("R05.9", "core"), ("A09", "core")),
    ]
    coder = most_frequent(Releases(), DenialReader(), train)
    assert [(code.value, p) for code, _, p in coder.codes] == [("I10", 1.0), ("A09", 0.6667)]
    limited = coder.code(Note("n", "x", Setting.OUTPATIENT), CodingOptions(limit=1))
    assert [s.code.value for s in limited.suggestions] == ["I10"]
    counts = sum((o.counts for o in judge(train, coder)), Counts())
    assert (counts.exact.tp, counts.exact.fp, counts.exact.fn) == (5, 1, 1)
    assert counts.evidence.value == 0


def test_little_words_count_in_titles() -> None:
    assert stems("of the Cough") == ["of", "the", "cough"]
