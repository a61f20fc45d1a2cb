"""Changes to a note's text at given places, for checks of what a coder makes of them.

Spans are half-open code points; those of one call may come in any order and overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from coding.types import Reading, Span

UNRELATED = "The patient arrived on time and was seen in room 4."
FAMILY = "Family History:\nThe patient's mother has {words}."
ASSESSMENT = "Assessment:\n{words}."


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same places, sorted, overlapping ones as one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def replaced(text: str, spans: Iterable[Span], words: Mapping[Span, str] | str) -> str:
    """The text with other words in some places: one for all, or by merged span."""
    out, last = [], 0
    for span in merged(spans):
        out += [text[last : span.start], words if isinstance(words, str) else words[span]]
        last = span.end
    return "".join([*out, text[last:]])


def deleted(text: str, spans: Iterable[Span]) -> str:
    """The text without the words."""
    return replaced(text, spans, "")


def framed(text: str, spans: Iterable[Span], frame: str) -> str:
    """The text with a frame's words before each place: "no evidence of" and the like."""
    places = merged(spans)
    return replaced(text, places, {span: f"{frame} {span.of(text)}" for span in places})


def with_sentence(text: str, sentence: str) -> str:
    """The text with a sentence at its end."""
    return f"{text.rstrip()}\n\n{sentence}\n"


def moved(
    text: str, reading: Reading, spans: Iterable[Span], to: str, *, whole: bool = False
) -> str:
    """The text with the sentences that hold the places taken out and put into `to` at its end.

    `to` has {words} where the words of the first place go, or the `whole` of the sentences.
    """
    places = merged(spans)
    sentences = merged(_sentence(reading, place) for place in places)
    moving = sentences if whole else places[:1]
    words = " ".join(" ".join(span.of(text).split()) for span in moving).rstrip(".;,")
    return with_sentence(deleted(text, sentences), to.format(words=words))


def _sentence(reading: Reading, place: Span) -> Span:
    sentence = reading.sentence_at(place) or place
    return Span(min(sentence.start, place.start), max(sentence.end, place.end))


def short_or_long(words: str, forms: Iterable[tuple[str, str]]) -> str | None:
    """The words with one short form expanded, or one long form abbreviated; None where none is."""
    for short, long in forms:
        for old, new, flags in ((short, long, 0), (long, short, re.IGNORECASE)):
            pattern = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)", flags)
            if pattern.search(words):
                return pattern.sub(lambda _, new=new: new, words, count=1)  # type: ignore[misc]
    return None
