"""ICD-10-PCS candidates beside surgery: imaging, endoscopy, samples, drugs, monitoring, support.

A modality is joined with the body parts that its sentence names for it, and the two give section,
body system, type and body part of a code; fixed wordings give them at once. Planned, denied and
past procedures become candidates too: rules reject them and say why.
"""

from __future__ import annotations

from collections import defaultdict

from coding.lookup import Lookup
from coding.pcs.ancillary_claims import Claim, Claims, Words
from coding.pcs.ancillary_codes import Completions
from coding.pcs.ancillary_links import Sentences
from coding.pcs.ancillary_words import AncillaryWords
from coding.protocols import CodeSystem
from coding.types import Candidate, Code, Reading, System

# Places kept for one code; a long chart names its chest X-rays dozens of times.
MAX_EVIDENCE = 20


class AncillaryGenerator:
    """Candidates of sections 2 - 8, B - D, F - H, and of inspection, samples and tubes in 0."""

    name = "pcs-ancillary"

    def __init__(self, words: AncillaryWords) -> None:
        self._words = words
        self._last: Completions | None = None

    def generate(self, reading: Reading, codes: CodeSystem) -> tuple[Candidate, ...]:
        """One candidate for every code that any words of the note may stand for."""
        if codes.system is not System.ICD10PCS:
            return ()
        sentences = Sentences(reading, self._words)
        found: dict[str, list[Claim]] = defaultdict(list)
        for claim in Claims(sentences, self._words, self._completions(codes)).all():
            found[claim.code].append(claim)
        lookup = Lookup(reading)
        return tuple(self._candidate(claims, lookup) for claims in found.values())

    def _completions(self, codes: CodeSystem) -> Completions:
        """The codes of a release by their beginnings; those of the last one are kept."""
        last = self._last
        if last is None or last.codes is not codes:
            last = self._last = Completions(codes)
        return last

    def _candidate(self, claims: list[Claim], lookup: Lookup) -> Candidate:
        """The candidate of one code: the prior of its surest claim, the words of all."""
        ordered = sorted(claims, key=lambda c: (-c.prior, c.words[0].span))
        shares: dict[Words, float] = {}
        for claim in ordered:
            for words in claim.words:
                shares.setdefault(words, claim.prior / len(claim.words))
        kept = list(shares.items())[:MAX_EVIDENCE]
        total = sum(share for _, share in kept)
        return Candidate(
            code=Code(System.ICD10PCS, ordered[0].code),
            prior=ordered[0].prior,
            evidence=tuple(
                lookup.evidence(words.span, words.source, share / total)
                for words, share in sorted(kept, key=lambda pair: (pair[0].span, pair[0].source))
            ),
            generators=(self.name,),
        )
