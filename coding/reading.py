"""Sections, sentences and assertion scopes of a note, by medspaCy's Sectionizer and ConText.

The only module that imports medspaCy and spaCy, and it does so at the first note. Both work here on
tokens of our own and on the sentences of coding/sentences.py, without targets: the stretch over
which a cue holds is itself the result.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

from coding.sections import find_sections, implied_assertions, load_headers
from coding.sentences import split_sentences
from coding.types import Assertion, Note, Reading, Scope, Section, Span

# ConText compares every cue of a document with every other: short documents keep it linear.
_CHUNK_TOKENS = 150
_SENTENCE_TOKENS = 250
_SECTION_CHUNK_TOKENS = 4000
# Stands behind every sentence: no cue then spans two, and rules can name the end of one.
_SENTENCE_END = "\n"
_TOKEN = re.compile(r"['’]s\b|[^\W_]+(?:['’](?!s\b)[^\W\d_]+)?|([^\w\s])\1*|_+")
_ASSERTIONS: Mapping[str, Assertion] = {
    "NEGATED_EXISTENCE": Assertion.NEGATED,
    "POSSIBLE_EXISTENCE": Assertion.UNCERTAIN,
    "HISTORICAL": Assertion.HISTORICAL,
    "HYPOTHETICAL": Assertion.HYPOTHETICAL,
    "FAMILY": Assertion.FAMILY,
    "OTHER_PERSON": Assertion.OTHER_PERSON,
}
_SILENT = ("TERMINATE", "PSEUDO")
_LOADING = threading.Lock()


class MedspacyReader:
    """Reads one note at a time; safe to share among threads.

    spaCy's string store keeps every word it has seen, so the pipeline, vocabulary and all, is
    built anew after `rebuild_after_notes` notes (at least 1).
    """

    def __init__(self, *, rebuild_after_notes: int = 2000) -> None:
        self._rebuild_after_notes = rebuild_after_notes
        self._lock = threading.Lock()
        self._pipeline: _Pipeline | None = None
        self._notes_read = 0

    def read(self, note: Note) -> Reading:
        """The note with its sections, sentences and assertion scopes, each sorted by start."""
        with self._lock:
            if self._pipeline is None or self._notes_read >= self._rebuild_after_notes:
                self._pipeline = _build_pipeline()
                self._notes_read = 0
            self._notes_read += 1
            return _read(note, self._pipeline)


@dataclass(frozen=True, slots=True)
class _Pipeline:
    tokenize: _Tokenizer
    sectionizer: Any
    context: Any


@dataclass(frozen=True, slots=True)
class _Tokenizer:
    """Words and single punctuation marks in lower case; space is left out of the document."""

    doc_type: Any
    vocab: Any

    def __call__(self, text: str) -> Any:
        """The words of a rule, which may name the end of a sentence."""
        words = re.finditer(f"{_TOKEN.pattern}|{_SENTENCE_END}", text)
        return self.doc([word.group() for word in words])

    def doc(self, words: Sequence[str], sentence_starts: Sequence[bool] | None = None) -> Any:
        return self.doc_type(
            self.vocab, words=[_plain(word) for word in words], sent_starts=sentence_starts
        )


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")


def _tokens(text: str, start: int, end: int) -> list[Span]:
    return [Span(*m.span()) for m in _TOKEN.finditer(text, start, end)]


def _read(note: Note, pipeline: _Pipeline) -> Reading:
    text = note.text
    sections = find_sections(text, _header_mentions(text, pipeline))
    breaks = [at for s in sections for at in (s.title.start, s.body.start)]
    sentences = split_sentences(text, breaks)
    scopes = {*_section_scopes(sections), *_cue_scopes(text, sentences, pipeline)}
    ordered = sorted(scopes, key=lambda s: (s.span, s.cue, s.assertion))
    return Reading(note, sections, sentences, tuple(ordered))


def _header_mentions(text: str, pipeline: _Pipeline) -> Iterator[tuple[str, Span]]:
    tokens = _tokens(text, 0, len(text))
    for first in range(0, len(tokens), _SECTION_CHUNK_TOKENS):
        chunk = tokens[first : first + _SECTION_CHUNK_TOKENS]
        doc = pipeline.sectionizer(pipeline.tokenize.doc([t.of(text) for t in chunk]))
        for section in doc._.sections:
            start, end = section.title_span
            if start < end:
                yield section.category, Span(chunk[start].start, chunk[end - 1].end)


def _section_scopes(sections: Sequence[Section]) -> Iterator[Scope]:
    implied = implied_assertions()
    for section in sections:
        if section.label in implied and len(section.body):
            yield Scope(implied[section.label], section.body, section.title)


def _cue_scopes(text: str, sentences: Sequence[Span], pipeline: _Pipeline) -> Iterator[Scope]:
    for chunk in _chunks(text, sentences):
        yield from _chunk_scopes(text, chunk, pipeline)


def _chunks(text: str, sentences: Sequence[Span]) -> Iterator[list[list[Span]]]:
    """Whole sentences as lists of tokens, each with an empty one at its end, in short documents."""
    chunk: list[list[Span]] = []
    count = 0
    for sentence in sentences:
        for tokens in _pieces(_tokens(text, sentence.start, sentence.end)):
            end = tokens[-1].end
            chunk.append([*tokens, Span(end, end)])
            count += len(tokens)
        if count >= _CHUNK_TOKENS:
            yield chunk
            chunk, count = [], 0
    if chunk:
        yield chunk


def _pieces(tokens: list[Span]) -> Iterator[list[Span]]:
    """Prose has no sentence so long that it is cut here: runs of single signs do."""
    for first in range(0, len(tokens), _SENTENCE_TOKENS):
        yield tokens[first : first + _SENTENCE_TOKENS]


def _chunk_scopes(text: str, chunk: list[list[Span]], pipeline: _Pipeline) -> Iterator[Scope]:
    tokens = [token for sentence in chunk for token in sentence]
    starts = [at == 0 for sentence in chunk for at in range(len(sentence))]
    words = [t.of(text) or _SENTENCE_END for t in tokens]
    doc = pipeline.context(pipeline.tokenize.doc(words, starts))
    for modifier in doc._.context_graph.modifiers:
        assertion = _ASSERTIONS.get(modifier.category)
        if assertion is None or modifier.direction in _SILENT:
            continue
        cue = _char_span(tokens, *modifier.modifier_span)
        start, end = modifier.scope_span
        scope = _char_span(tokens, start, end) if start < end else Span(0, 0)
        if len(scope):
            yield Scope(assertion, scope, cue)


def _char_span(tokens: Sequence[Span], start: int, end: int) -> Span:
    return Span(tokens[start].start, tokens[end - 1].end)


def _build_pipeline() -> _Pipeline:
    with _LOADING, _contained():
        import spacy
        from medspacy.context import ConText
        from medspacy.section_detection import Sectionizer
        from medspacy.section_detection.section_rule import SectionRule
        from spacy.tokens import Doc

        nlp = spacy.blank("en")
        tokenize = _Tokenizer(Doc, nlp.vocab)
        nlp.tokenizer = tokenize
        sectionizer = Sectionizer(nlp, rules=None, span_attrs=None)
        rules = [SectionRule(words, h.label) for h in load_headers() for words in h.headers]
        # A token matcher without patterns warns at every note, so one header is a pattern.
        rules[0].pattern = [{"LOWER": token.text} for token in tokenize(rules[0].literal)]
        sectionizer.add(rules)
        context = ConText(nlp, rules=None, span_attrs=None, terminating_types=_load_cues().ended_by)
        context.add(_context_rules(ConText(nlp, span_attrs=None).rules))
        return _Pipeline(tokenize, sectionizer, context)


def _context_rules(defaults: Sequence[Any]) -> list[Any]:
    """Our cues, then those of medspaCy's that we neither drop nor word ourselves.

    Where two would hold for the same words, the first does: medspaCy keeps either.
    """
    from medspacy.context import ConTextRule

    cues = _load_cues()
    own = [
        ConTextRule(literal, **fields) for literals, fields in cues.rules for literal in literals
    ]
    kept = [r for r in defaults if r.literal not in cues.dropped]
    rules: dict[str, Any] = {}
    for rule in (*own, *kept):
        # MedspaCy does not see that a sentence overlaps a scope within it, so a rule whose scope is
        # its sentence would end no scope that has a length of its own.
        reach = 1 if rule.direction in _SILENT else rule.max_scope
        for words in _wordings(rule):
            rules.setdefault(
                words or rule.literal,
                ConTextRule(
                    words or rule.literal,
                    rule.category,
                    pattern=None if words else rule.pattern,
                    direction=rule.direction,
                    max_scope=reach,
                ),
            )
    return list(rules.values())


def _wordings(rule: Any) -> Iterator[str]:
    """The wordings that a rule's pattern stands for; "" where they have no end.

    Matching wordings costs little however many they are; matching patterns is slow.
    """
    if rule.pattern is None:
        yield " ".join(t.of(rule.literal) for t in _tokens(rule.literal, 0, len(rule.literal)))
        return
    choices = []
    for token in rule.pattern:
        words = token["LOWER"]["IN"] if isinstance(token["LOWER"], dict) else [token["LOWER"]]
        if token.get("OP", "?") != "?":
            yield ""
            return
        choices.append([*words, ""] if "OP" in token else words)
    for words in product(*choices):
        yield " ".join(word for word in words if word)


@dataclass(frozen=True, slots=True)
class _Cues:
    dropped: frozenset[str]
    ended_by: Mapping[str, Sequence[str]]
    rules: tuple[tuple[tuple[str, ...], Mapping[str, Any]], ...]


@cache
def _load_cues() -> _Cues:
    """Our cues from coding/context_cues.json; "@name" in a pattern stands for a list of words."""
    raw = json.loads(files("coding").joinpath("context_cues.json").read_text("utf-8"))
    rules = []
    for group in raw["cues"]:
        fields = {key: value for key, value in group.items() if key != "literals"}
        if "pattern" in fields:
            fields["pattern"] = [_with_words(token, raw["words"]) for token in fields["pattern"]]
        rules.append((tuple(group["literals"]), fields))
    return _Cues(frozenset(raw["drop"]), raw["ended_by"], tuple(rules))


def _with_words(token: Mapping[str, Any], words: Mapping[str, list[str]]) -> dict[str, Any]:
    values = [
        word
        for value in token["LOWER"]["IN"]
        for word in (words[value[1:]] if value.startswith("@") else [value])
    ]
    return {**token, "LOWER": {"IN": values}}


@contextmanager
def _contained() -> Iterator[None]:
    """Undo what importing medspaCy does to warning filters, environment and log handlers."""
    environment = dict(os.environ)
    handlers = list(logging.getLogger().handlers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from loguru import logger

            # Its sentence splitter logs the note's own words.
            for package in ("medspacy", "PyRuSH", "PyFastNER"):
                logger.disable(package)
            yield
        finally:
            os.environ.clear()
            os.environ.update(environment)
            logging.getLogger().handlers[:] = handlers
