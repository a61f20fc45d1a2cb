"""The chain of a suggestion that anyone can re-check: words, section, assertion, term, tabular."""

from __future__ import annotations

from collections.abc import Iterator

from coding.pcs.axes import proof_steps
from coding.protocols import CodeSystem
from coding.types import PROCEDURE_SYSTEMS, Candidate, ProofStep, Span

# What a model proposed has no term that anyone wrote: its step says what the proposal rests on.
_LEARNT = {"phrase": "phrases of training charts", "dense": "nearest wording by the encoder"}


def prove(candidate: Candidate, codes: CodeSystem, model: str) -> tuple[ProofStep, ...]:
    """The steps from the heaviest evidence of a candidate to its code, and the model's word."""
    return tuple(_steps(candidate, codes, model))


def _procedure_steps(candidate: Candidate, release: str) -> Iterator[ProofStep]:
    """A step for everything that the words of a procedure were matched with."""
    spans: dict[str, list[Span]] = {}
    for evidence in candidate.evidence:
        spans.setdefault(evidence.source, []).append(evidence.span)
    for matched, places in spans.items():
        source, _, term = matched.partition(":")
        where = tuple(places)
        if source in _LEARNT:
            yield ProofStep("model", term, where, _LEARNT[source])
        elif source != "axis":
            yield ProofStep("lexicon", term, where, f"{release} {source}")
    yield from proof_steps(candidate)


def _steps(candidate: Candidate, codes: CodeSystem, model: str) -> Iterator[ProofStep]:
    best = max(candidate.evidence, key=lambda e: (e.affirmed, e.weight, -e.span.start))
    release = f"{codes.system} {codes.release}"
    value = candidate.code.value
    yield ProofStep("quote", best.quote, tuple(e.span for e in candidate.evidence), "note")
    yield ProofStep("section", best.section, (best.span,), "sections.json")
    yield ProofStep("assertion", " ".join(best.assertions), (best.span,), "medspaCy ConText")
    source, _, term = best.source.partition(":")
    if codes.system in PROCEDURE_SYSTEMS:
        yield from _procedure_steps(candidate, release)
    elif source in _LEARNT:
        yield ProofStep("model", term, (best.span,), _LEARNT[source])
    elif source in ("lexicon", "ngram"):
        yield ProofStep("lexicon", term, (best.span,), f"chartcode {source}")
    elif source == "index":
        yield ProofStep("index", term, (best.span,), f"{release} Index")
    else:
        yield ProofStep("tabular", term, (best.span,), f"{release} {source} term")
    yield ProofStep("tabular", f"{value} {codes.title(value)}", (), release)
    yield ProofStep("model", model, (), "models")
