"""Which body parts a note joins to which modality: "CT of chest and abdomen", "renal CT"."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codesets.words import normalise
from coding.pcs.ancillary_words import AncillaryWords, Mention, Modality, Part
from coding.types import Reading, Span

# How sure a join is: parts beside the modality, shared by two of them, somewhere in its sentence,
# or named last before it ("A mass in the right kidney was felt. On CT it was 4 cm.").
BESIDE = 1.0
SHARED = 0.6
NEAR = 0.2
TOLD = 0.1
# Only what is imaged or sampled is looked for farther off: "cast" is mostly not a plaster.
_LOOKED_FOR = frozenset({"imaging", "vessels", "surgical"})
_NEAR_TOKENS = 12
_TOLD_TOKENS = 40
_SHARED_TOKENS = 4
_MAX_FILLERS = 4
_SIDE_TOKENS = 4
_JOINERS = frozenset({"and", "or", "as", "well", "includ", "plus"})
_OPENERS = frozenset(
    """of the in at on for to from his her a an level region area both side that this
    bilater""".split()  # noqa: SIM905
)
_FILLERS = frozenset(
    """scan imag studi exam examin seri test procedur axial helic spiral comput plain simpl
    convention urgent emerg control new contrast enhanc intraven iv gadolinium with without and
    bed portabl follow up guid lesion lymph tissu mass nodul sampl soft multislic second repeat
    anteroposterior ap pa later posteroanterior project view color guidanc percutan transcutan
    dynam function perform done use of taken joint gland right left bilater area region""".split()  # noqa: SIM905
)
_SIDES = {"right": "right", "left": "left", "bilater": "both"}
# Of the right eye, the left, each eye: as ophthalmologists write it.
_SHORT_SIDES = {
    "OD": "right", "RE": "right", "OS": "left", "OI": "left", "LE": "left", "OU": "both",
    "AO": "both",
}  # fmt: skip
_CONTRAST = frozenset({"contrast", "gadolinium", "enhanc"})
_NO_CONTRAST = frozenset({"without", "no", "non", "unenhanc"})
_STOPS = ".;:()"
_HARD_STOPS = ".;"


@dataclass(frozen=True, slots=True)
class Join:
    """A modality with the body parts named for it; `sureness` in (0, 1]."""

    modality: Mention
    parts: tuple[Mention, ...]
    sureness: float


class Sentences:
    """The tokens of a note with what they name, and where they may be joined."""

    def __init__(self, reading: Reading, words: AncillaryWords) -> None:
        self.text = reading.note.text
        self.tokens = normalise(self.text)
        starts = [sentence.start for sentence in reading.sentences]
        self._sentence = [bisect_right(starts, token.start) for token in self.tokens]
        self.mentions = self._merged(words.mentions(self.text, self.tokens))
        self._at = {i: m for m in self.mentions for i in range(m.first, m.last + 1)}

    def span(self, mention: Mention) -> Span:
        """From the first word of a mention to its last."""
        return Span(self.tokens[mention.first].start, self.tokens[mention.last].end)

    def side(self, first: int, last: int) -> tuple[str, Span] | None:
        """The side told nearest to the tokens [first, last] in their sentence, and its word."""
        around = range(max(0, first - _SIDE_TOKENS), min(len(self.tokens), last + _SIDE_TOKENS + 1))
        told = [(max(first - i, i - last, 0), i) for i in around if self._side_at(i)]
        told = [(distance, i) for distance, i in told if self._together(i, first)]
        if not told:
            return None
        i = min(told)[1]
        return self._side_at(i), Span(self.tokens[i].start, self.tokens[i].end)

    def contrast(self, mention: Mention) -> bool:
        """Whether contrast is named right by a mention, and not denied."""
        around = self._window(mention, _SIDE_TOKENS)
        stems = {self.tokens[i].stem for i in around}
        return bool(stems & _CONTRAST) and not stems & _NO_CONTRAST

    def joins(self) -> tuple[Join, ...]:
        """Each modality with its parts: those beside it, else its neighbour's, else near it."""
        modalities = [m for m in self.mentions if isinstance(m.item, Modality)]
        beside = {m.first: self._before(m) or self._after(m) for m in modalities}
        owned = {part.first for parts in beside.values() for part in parts}
        found = []
        for number, modality in enumerate(modalities):
            parts, sureness = beside[modality.first], BESIDE
            if not parts:
                parts, sureness = self._shared(modalities, number, beside), SHARED
            if not parts and _far_reaching(modality):
                parts, sureness = self._nearest(modality, owned), NEAR
            if not parts and _far_reaching(modality):
                parts, sureness = self._last(modality), TOLD
            found.append(Join(modality, parts, sureness))
        return tuple(found)

    def _before(self, mention: Mention) -> tuple[Mention, ...]:
        """Parts right before a modality: "abdominal and pelvic CT"."""
        parts: list[Mention] = []
        joined = fillers = 0
        i = mention.first - 1
        while i >= 0 and self._flows(i, mention, _STOPS):
            named = self._at.get(i)
            stem = self.tokens[i].stem
            if named is not None:
                if not isinstance(named.item, Part):
                    break
                parts.append(named)
                i = named.first
            elif parts and stem in _OPENERS:
                # "X-ray of the chest and abdominal CT": what is opened there belongs there.
                return tuple(parts[: max(1, len(parts) - joined)])[::-1]
            elif stem in _JOINERS:
                joined += bool(parts)
            elif stem in _FILLERS and fillers < _MAX_FILLERS:
                fillers += 1
            else:
                break
            i -= 1
        return tuple(parts)[::-1]

    def _after(self, mention: Mention) -> tuple[Mention, ...]:
        """Parts right after a modality: "CT of the abdomen and pelvis"."""
        parts: list[Mention] = []
        fillers = 0
        i = mention.last + 1
        while i < len(self.tokens) and self._flows(i, mention, _HARD_STOPS):
            named = self._at.get(i)
            stem = self.tokens[i].stem
            if named is not None:
                if not isinstance(named.item, Part):
                    if isinstance(named.item, Modality) and parts and parts[-1].last == i - 1:
                        parts.pop()
                    break
                parts.append(named)
                i = named.last
            elif stem in _JOINERS or stem in _OPENERS or stem in _SIDES:
                pass
            elif not parts and stem in _FILLERS and fillers < _MAX_FILLERS:
                fillers += 1
            else:
                break
            i += 1
        return tuple(parts)

    def _shared(
        self, modalities: Sequence[Mention], number: int, beside: dict[int, tuple[Mention, ...]]
    ) -> tuple[Mention, ...]:
        """The parts of the modality named just before or after: "CT and MRI of the brain"."""
        own = modalities[number]
        after, before = modalities[number + 1 : number + 2], modalities[max(0, number - 1) : number]
        for other in (*after, *before):
            first, last = sorted((own, other), key=lambda m: m.first)
            near = last.first - first.last <= _SHARED_TOKENS + sum(
                part.last - part.first + 1 for part in beside[other.first]
            )
            if near and self._together(first.last, last.first) and beside[other.first]:
                return beside[other.first]
        return ()

    def _nearest(self, mention: Mention, owned: set[int]) -> tuple[Mention, ...]:
        """The nearest body part of the sentence that no modality has, sooner after than before."""
        window = self._window(mention, _NEAR_TOKENS)
        near = {
            named.first: named
            for i in window
            if (named := self._at.get(i)) and isinstance(named.item, Part)
        }
        free = [part for first, part in near.items() if first not in owned]
        if not free:
            return ()
        return (min(free, key=lambda p: (p.first < mention.first, abs(p.first - mention.first))),)

    def _last(self, mention: Mention) -> tuple[Mention, ...]:
        """The body part named last before a modality, in a sentence just before."""
        for i in range(mention.first - 1, max(-1, mention.first - _TOLD_TOKENS), -1):
            named = self._at.get(i)
            if named is not None and isinstance(named.item, Part):
                return (named,)
        return ()

    def _window(self, mention: Mention, reach: int) -> Iterator[int]:
        first, last = max(0, mention.first - reach), min(len(self.tokens), mention.last + reach + 1)
        for i in range(first, last):
            if self._together(i, mention.first):
                yield i

    def _side_at(self, i: int) -> str:
        token = self.tokens[i]
        word = self.text[token.start : token.end]
        return _SIDES.get(token.stem) or _SHORT_SIDES.get(word, "")

    def _together(self, i: int, j: int) -> bool:
        return self._sentence[i] == self._sentence[j]

    def _flows(self, i: int, mention: Mention, stops: str) -> bool:
        """Whether a token and the one next to it towards a mention have no stop between them."""
        if not self._together(i, mention.first):
            return False
        left, right = (i, i + 1) if i < mention.first else (i - 1, i)
        between = self.text[self.tokens[left].end : self.tokens[right].start]
        return not any(mark in between for mark in stops)

    def _merged(self, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
        """Mentions in which a modality said twice is one: "computed tomography (CT)"."""
        kept: list[Mention] = []
        for mention in mentions:
            last = kept[-1] if kept else None
            if last and last.item == mention.item and isinstance(mention.item, Modality):
                between = self.tokens[last.last + 1 : mention.first]
                if len(between) <= 1 and all(t.stem in _FILLERS - _JOINERS for t in between):
                    kept[-1] = Mention(mention.item, last.first, mention.last)
                    continue
            kept.append(mention)
        return tuple(kept)


def _far_reaching(mention: Mention) -> bool:
    return isinstance(mention.item, Modality) and mention.item.places in _LOOKED_FOR
