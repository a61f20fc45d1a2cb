"""Phrases count what coders reported, without words, and can leave one chart out."""

from __future__ import annotations

from coding.types import Span
from models.phrases import Count, PhraseTable, phrases_of

NOTE = "Chronic pain of the left knee"


def keys(text: str) -> list[int]:
    return [p.key for p in phrases_of(text, Span(0, len(text)))]


def key(text: str) -> int:
    """The key of a text that is one phrase as a whole."""
    return next(p.key for p in phrases_of(text, Span(0, len(text))) if len(p.span) == len(text))


def table(*sentences: tuple[str, tuple[str, ...]]) -> PhraseTable:
    return PhraseTable.count([(k, codes) for k in keys(text)] for text, codes in sentences)


def test_a_phrase_is_found_where_it_stands() -> None:
    shift = "Seen. "
    found = {p.span.of(shift + NOTE) for p in phrases_of(shift + NOTE, Span(6, 6 + len(NOTE)))}
    assert {"pain", "Chronic pain", "left knee"} <= found
    assert not any(words.startswith("of") or words.endswith("the") for words in found)


def test_inflection_does_not_matter_and_order_does() -> None:
    assert key("knee pains") == key("knee pain") != key("pain knee")


def test_a_code_counts_once_it_was_reported_twice() -> None:
    once = table(("knee pain", ("M25.569",)), ("knee pain", ()))
    twice = table(("knee pain", ("M25.569",)), ("knee pain", ("M25.569",)), ("knee pain", ()))
    assert once.codes(key("knee pain")) == {}
    assert twice.codes(key("knee pain")) == {"M25.569": Count(seen=3, reported=2)}


def test_what_a_chart_adds_is_left_out_of_what_it_is_seen_with() -> None:
    whole = table(*[("knee pain", ("M25.569",))] * 3)
    own = table(("knee pain", ("M25.569",)))
    assert whole.of(key("knee pain"), "M25.569", own) == Count(seen=2, reported=2)
    two = table(*[("knee pain", ("M25.569",))] * 2)
    assert two.codes(key("knee pain"), own) == {}


def test_a_phrase_seen_often_and_never_reported_says_so() -> None:
    often = table(*[("no knee pain", ())] * 4)
    assert often.of(key("knee pain"), "M25.569") == Count(seen=4, reported=0)
    assert often.of(key("knee pain"), "M25.569").rate == 0
    assert table(("knee pain", ())).of(key("knee pain"), "M25.569") == Count(0, 0)


def test_pruned_and_stored_it_says_the_same() -> None:
    whole = table(*[("knee pain", ("M25.569",))] * 3, ("rare word", ("A00.0",)))
    again = PhraseTable.from_bytes(whole.pruned().to_bytes())
    for phrase in ("knee pain", "knee", "rare word"):
        for code in ("M25.569", "A00.0"):
            assert again.of(key(phrase), code) == whole.of(key(phrase), code)
    assert key("rare word") not in again.seen, "what is too rare to count is not kept"


def test_the_stored_table_holds_no_words() -> None:
    stored = table(*[("zebra pain", ("R52",))] * 3).pruned().to_bytes()
    assert b"zebra" not in stored
