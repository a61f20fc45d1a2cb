from itertools import combinations
from pathlib import Path

import pytest

from coding.types import Setting
from eval.charts import GoldChart, load_charts
from eval.leaks import Leak, containment, grams, leaks

WORDS = [f"w{n}" for n in range(40)]


def chart(name: str, text: str) -> GoldChart:
    return GoldChart(name, "", "", "", Setting.OUTPATIENT, text, None, (), (), (), ())


def test_grams_are_runs_of_six_words_without_case_or_punctuation() -> None:
    assert grams("A b, c. D e F g") == {tuple("abcdef"), tuple("bcdefg")}
    assert grams("Too short") == {("too", "short")}
    assert grams(" ... ") == frozenset()


def test_containment_is_of_the_smaller_in_the_larger() -> None:
    whole, part = grams(" ".join(WORDS)), grams(" ".join(WORDS[:10]))
    assert containment(whole, part) == containment(part, whole) == 1.0
    assert containment(whole, frozenset()) == 0.0


def test_half_is_a_leak_and_less_is_not() -> None:
    # 11 words make 6 runs; 8 shared words hold 3 of them, 7 hold 2.
    one = chart("one", " ".join(WORDS[:11]))
    half = chart("half", " ".join([*WORDS[:8], "x", "y", "z"]))
    less = chart("less", " ".join([*WORDS[:7], "p", "q", "r", "s"]))
    assert leaks([one], [half, less]) == (Leak("one", "half", 0.5),)


def test_a_copied_note_is_found_whatever_its_layout() -> None:
    one = chart("one", " ".join(WORDS))
    copy = chart("copy", ",\n".join(WORDS).upper())
    assert leaks([one], [copy]) == (Leak("one", "copy", 1.0),)
    assert leaks([one], [chart("new", "nothing of the kind was ever said before")]) == ()


def test_our_own_charts_are_not_copies_of_each_other() -> None:
    charts = load_charts(Path(__file__).parents[2] / "eval/gold/charts.jsonl")
    shared = [leaks([one], [other]) for one, other in combinations(charts, 2)]
    assert not any(shared)


@pytest.mark.shared
def test_our_own_charts_are_none_of_the_shared_ones(shared_charts: Path) -> None:
    own = load_charts(Path(__file__).parents[2] / "eval/gold/charts.jsonl")
    for name in ("aci_dev.jsonl", "primock57_dev.jsonl", "mtsamples_dev.jsonl"):
        assert leaks(own, load_charts(shared_charts / name)) == ()
