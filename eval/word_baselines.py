"""Two more plain coders for our figures to stand beside: the most frequent codes, and BM25."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from coding.protocols import CodeSystem, CodeSystems, Reader
from coding.types import Code, CodingOptions, CodingResult, Note, Provenance, Span, System
from eval.baselines import plain_result, plain_suggestion
from eval.bm25 import WordIndex, stems
from eval.charts import GoldChart, Tier

SHARE = 0.8
"""Share of a title's rarity a sentence must hold; best F1 of 0.5 to 1 on train charts."""


@dataclass(frozen=True, slots=True)
class FrequentCoder:
    """Gives every note the codes that training charts have most often, whatever it says.

    As many as a training chart has on average; the probability of each is its share of the charts.
    `codes` are (code, title, probability), the most frequent first.
    """

    codesets: CodeSystems
    reader: Reader
    provenance: Provenance
    codes: tuple[tuple[Code, str, float], ...]

    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        """The same codes for every note, resting on none of its words."""
        everywhere = Span(0, 0)
        given = (
            plain_suggestion(note, everywhere, code, title, probability, place)
            for place, (code, title, probability) in enumerate(self.codes, 1)
        )
        return plain_result(
            note, list(given)[: (options or CodingOptions()).limit], self.provenance
        )


def most_frequent(
    codesets: CodeSystems, reader: Reader, train: Iterable[GoldChart]
) -> FrequentCoder:
    """The baseline from the core codes of some charts (at least one)."""
    return frequent_of(codesets, reader, System.ICD10CM, [c.of_tier(Tier.CORE) for c in train])


def frequent_of(
    codesets: CodeSystems, reader: Reader, system: System, gold: Sequence[Collection[str]]
) -> FrequentCoder:
    """The baseline from the codes, or the first characters of codes, of some notes (at least one).

    Raises: CodeSetMissing.
    """
    release = codesets.at(system, None)
    counts = Counter(value for of_note in gold for value in of_note)
    size = round(sum(counts.values()) / len(gold))
    often = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:size]
    codes = tuple(
        (
            Code(system, value),
            release.title(value) if value in release else "",
            round(n / len(gold), 4),
        )
        for value, n in often
    )
    return FrequentCoder(codesets, reader, _provenance("most frequent", release), codes)


@dataclass(frozen=True, slots=True)
class Bm25Coder:
    """Accepts for each sentence the code BM25 finds, if its title stands there nearly whole.

    The probability is the share of the title's rarity that the sentence holds.
    """

    codesets: CodeSystems
    reader: Reader
    provenance: Provenance
    release: CodeSystem
    index: WordIndex

    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        """One code at most for each sentence of the reading."""
        found: dict[str, tuple[float, Span]] = {}
        for sentence in self.reader.read(note).sentences or (Span(0, len(note.text)),):
            text = sentence.of(note.text)
            words = set(stems(text))
            for ranked in self.index.best(text, 1):
                title = set(stems(self.release.title(ranked.code)))
                whole = self.index.rarity(sorted(title))
                share = self.index.rarity(sorted(title & words)) / whole if whole else 0.0
                if share >= SHARE and share > found.get(ranked.code, (0.0, sentence))[0]:
                    found[ranked.code] = (share, sentence)
        ordered = sorted(found.items(), key=lambda item: (-round(item[1][0], 4), item[0]))
        given = (
            plain_suggestion(
                note,
                span,
                Code(self.release.system, value),
                self.release.title(value),
                round(share, 4),
                place,
            )
            for place, (value, (share, span)) in enumerate(ordered, 1)
        )
        return plain_result(
            note, list(given)[: (options or CodingOptions()).limit], self.provenance
        )


def bm25(codesets: CodeSystems, reader: Reader) -> Bm25Coder:
    """The BM25 baseline over the newest ICD-10-CM release. Raises: CodeSetMissing."""
    release = codesets.at(System.ICD10CM, None)
    provenance = _provenance("bm25", release)
    return Bm25Coder(codesets, reader, provenance, release, WordIndex.of_release(release))


def _provenance(name: str, release: CodeSystem) -> Provenance:
    return Provenance("chartcode", name, ((release.system, release.release),), "")
