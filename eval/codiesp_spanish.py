"""What the Spanish original tells that the codes do not: which mentions are denied, and where.

CodiEsp codes denied mentions too. Which they are is read off the Spanish text around the mention,
by cues of our own: an estimate, independent of the English reader that is being judged.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from coding.types import Span
from eval.codiesp import Document

_CUES = re.compile(
    r"\b(?:no|sin|ni|ning[uú]n[oa]?s?|niega\w*|neg[oó]|negaba\w*|ausencia de|ausentes?|"
    r"negativ[oa]s? para|negativ[oa]s? de|tampoco|descart\w+|nunca|libre de|exent[oa] de)\b"
    # "no presentaba": the verb is part of the denial and does not end it.
    r"(?: (?:se |h[ae]n? |hab[ií]an? |vuelto a )*"
    r"(?:present|refier|refer|muestr|mostr|evidenci|objetiv|palp)\w+)?",
    re.IGNORECASE,
)
# Words that end what a cue denies, and phrases with "no" that deny nothing.
_ENDS = re.compile(
    r"[;:]|\b(?:pero|excepto|salvo|aunque|sino|present\w+|refiere|muestra|mostr[oó]|"
    r"evidenci[oó]|objetiv[oó]|que|por lo que|con)\b",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"\b(?:no (?:solo|s[oó]lo|obstante|filiad[oa]|especificad[oa]|controlad[oa]|hodgkin|"
    r"insulino\w*|dependiente|complicad[oa])|sin embargo|sin (?:tratamiento|control|filiar))\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÁÉÍÓÚÑ¿¡0-9\"(])|\n+")
_REACH = 120


def negated_only(document: Document) -> frozenset[str]:
    """Gold codes of a document all of whose mentions are denied."""
    affirmed = {m.code for m in document.mentions if not denied(document.spanish, m.span)}
    mentioned = frozenset(m.code for m in document.mentions)
    return (mentioned - affirmed) & document.gold


def denied(text: str, span: Span) -> bool:
    """Whether a cue stands before the span (code points) in its sentence, with nothing to end it.

    A cue reaches 120 characters at most.
    """
    sentence = max((m.end() for m in _SENTENCE.finditer(text, 0, span.start)), default=0)
    before = text[max(sentence, span.start - _REACH) : span.start]
    before = _HARMLESS.sub(lambda match: " " * len(match.group()), before)
    last = max((m.end() for m in _CUES.finditer(before)), default=-1)
    return last >= 0 and _ENDS.search(before, last) is None


def aligned_lines(document: Document) -> Sequence[Span] | None:
    """The English lines as spans, where there are as many as Spanish sentences; else None."""
    english = line_spans(document.text)
    return english if len(english) == len(sentence_spans(document.spanish)) else None


def gold_lines(document: Document) -> dict[str, set[int]]:
    """For each gold code the numbers of the sentences its mentions start in."""
    starts = [span.start for span in sentence_spans(document.spanish)]
    lines: dict[str, set[int]] = {}
    for mention in document.mentions:
        line = max(bisect_right(starts, mention.span.start) - 1, 0)
        lines.setdefault(mention.code, set()).add(line)
    return lines


def sentence_spans(spanish: str) -> tuple[Span, ...]:
    """The sentences of a Spanish text, without blank ones."""
    cuts = [(m.start(), m.end()) for m in _SENTENCE.finditer(spanish)]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(spanish)]
    return tuple(Span(a, b) for a, b in zip(starts, ends, strict=True) if spanish[a:b].strip())


def line_spans(text: str) -> tuple[Span, ...]:
    """The lines of a text, without blank ones."""
    return tuple(Span(*m.span()) for m in re.finditer(r"[^\n]*\S[^\n]*", text))
