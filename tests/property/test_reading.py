"""Whatever the text: sections and sentences tile it, scopes lie in it, and it reads alike twice."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from coding.reading import MedspacyReader
from coding.sentences import MAX_SENTENCE_CHARS, split_sentences
from coding.types import Note, Reading, Setting
from tests.unit.reading_kit import read

# fmt: off
PIECES = [
    "Plan:", "PLAN", "Assessment and Plan", "family history:", "FAMILY HISTORY:", "CC: ",
    "Zebra Count:", "TWO WORDS", "no ", "denies ", "history of ", "possible ", "mother had ",
    "if ", "but ", "resolved", "s/p ", "vs. ", ": no", "(-) ", "fever", "gout", "chest pain",
    "Dr. ", "2.5 mg. ", "1. ", "2) ", "- ", "• ", "* ", "#", "_", "**", ",", ".", ";", "?", "!",
    ":", "..", ".,", " ,", "\n", "\r\n", "\r", "\t", "  ", "\v", "\x85", "\u2028", "\xa0", "😀",
    "👩\u200d⚕\ufe0f", "e\u0301", "İ", "ß", "ﬁ", "中文。", "’s", "'s", "|", "\x00",
]
# fmt: on
notes = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=120)
FIRST, SECOND = MedspacyReader(), MedspacyReader()
thorough = settings(derandomize=True, deadline=None, max_examples=150)


@thorough
@given(notes)
def test_sections_tile_the_text(text: str) -> None:
    end = 0
    for section in read(text).sections:
        assert end <= section.title.start <= section.title.end <= section.body.start
        assert section.body.start <= section.body.end <= len(text)
        assert not text[end : section.title.start].strip()
        assert (section.label == "none") == (len(section.title) == 0)
        between = text[section.title.end : section.body.start]
        assert not set(between.strip()) - set(":：-–—*_ \t")
        end = section.body.end
    assert end == len(text)


@thorough
@given(notes)
def test_sentences_tile_the_text_within_sections(text: str) -> None:
    found = read(text)
    borders = {at for s in found.sections for at in (s.title.start, s.body.start) if at}
    end = 0
    for sentence in found.sentences:
        assert end <= sentence.start < sentence.end <= len(text)
        assert not text[end : sentence.start].strip()
        assert sentence.of(text) == sentence.of(text).strip() != ""
        assert len(sentence) <= MAX_SENTENCE_CHARS
        assert not any(sentence.start < border < sentence.end for border in borders)
        end = sentence.end
    assert not text[end:].strip()


@thorough
@given(notes, st.lists(st.integers(0, 200), max_size=5))
def test_breaks_part_sentences_and_lose_nothing(text: str, breaks: list[int]) -> None:
    found = split_sentences(text, breaks)
    assert "".join("".join(s.of(text).split()) for s in found) == "".join(text.split())
    assert not any(s.start < b < s.end for s in found for b in breaks)


@thorough
@given(notes)
def test_scopes_lie_in_the_text_and_are_sorted(text: str) -> None:
    found = read(text)
    for scope in found.scopes:
        assert 0 <= scope.span.start < scope.span.end <= len(text)
        assert 0 <= scope.cue.start < scope.cue.end <= len(text)
        assert not scope.span.overlaps(scope.cue) or scope.span.contains(scope.cue)
        section, cue = found.section_at(scope.span), found.section_at(scope.cue)
        assert section == cue
    order = [(s.span, s.cue, s.assertion) for s in found.scopes]
    assert order == sorted(set(order))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(notes, min_size=1, max_size=4))
def test_what_was_read_before_changes_nothing(texts: list[str]) -> None:
    def reread(reader: MedspacyReader, text: str) -> Reading:
        return reader.read(Note("note", text, Setting.OUTPATIENT))

    one = [reread(FIRST, t) for t in texts]
    other = [reread(SECOND, t) for t in reversed(texts)]
    assert one == other[::-1] == [read(t) for t in texts]


@thorough
@given(notes, st.sampled_from(["😀 ", "👩\u200d⚕\ufe0f\n", "e\u0301\n\n", "İ\r\n", "\t\n"]))
def test_a_line_before_moves_every_offset_alike(text: str, line: str) -> None:
    before = f"{line}Seen today.\n\n"
    moved, alone = read(f"{before}Plan:\n\n{text}"), read(f"Plan:\n\n{text}")
    shift = len(before)
    assert [(s.start - shift, s.end - shift) for s in moved.sentences if s.start >= shift] == [
        (s.start, s.end) for s in alone.sentences
    ]
    assert [(s.assertion, s.span.start - shift) for s in moved.scopes] == [
        (s.assertion, s.span.start) for s in alone.scopes
    ]
