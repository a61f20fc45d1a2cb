"""The term index: every wording of a release, by the set of its stems, for matching in notes.

Built once from titles, inclusion terms and the clinical lexicon, kept as plain arrays beside the
code-set index, and loaded in milliseconds.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from codesets.lexicon import Lexicon
from codesets.words import STOPWORDS, normalise
from coding.errors import CodeSetMissing
from coding.protocols import CodeSystem
from coding.short_forms import ShortForms

TERMS_VERSION = 3
SOURCES = ("lexicon", "title", "inclusion", "index", "words")
# Words of titles that say what is absent or left open: no note is expected to repeat them.
_OPEN = re.compile(
    r",?\s*\b(unspecified|not otherwise specified|not elsewhere classified|NOS|NEC)\b", re.I
)
_ABSENT = re.compile(r"(,\s*not\s[^,]*|,?\s*\bwithout\b(?!.*\bwithout\b).*)$", re.I)
_ASIDE = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_RESIDUAL = re.compile(r"\bother\b|\bunspecified\b.*\bunspecified\b", re.I)
# Words that name no condition by themselves, whatever title they are left of.
_GENERAL = frozenset(
    """diseas disord syndrom condit lesion complic disturb abnorm symptom sign diagnosi problem
    histori left right bilater acut chronic her his femal male adult child stage type""".split()  # noqa: SIM905
)
_EXTERNAL_CAUSES = "VWXY"
# Words a matcher need not find: they connect, and notes connect in their own way.
IGNORED = STOPWORDS | {"with"}


@dataclass(frozen=True, slots=True)
class Term:
    """A wording and the code it stands for; `others` are codes that share the wording."""

    code: str
    text: str
    source: str
    stems: frozenset[str]
    others: tuple[str, ...]
    rarity: float


@dataclass(frozen=True, slots=True)
class _Row:
    code: str
    text: str
    source: int
    shortened: int


class TermIndex:
    """Terms of one release, found by their rarest stem."""

    def __init__(
        self,
        stems: list[str],
        frequency: NDArray[np.int32],
        term_stems: NDArray[np.int32],
        offsets: NDArray[np.int64],
        texts: list[str],
        codes: list[tuple[str, ...]],
        sources: NDArray[np.uint8],
    ) -> None:
        self._stems = stems
        self._frequency = frequency
        self._term_stems = term_stems
        self._offsets = offsets
        self._texts = texts
        self._codes = codes
        self._sources = sources
        self._id = {stem: number for number, stem in enumerate(stems)}
        self._order, self._starts = self._anchors()
        self._posted: dict[str, tuple[tuple[int, tuple[str, ...]], ...]] = {}

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, stem: str) -> bool:
        return stem in self._id

    @property
    def vocabulary(self) -> list[str]:
        """Every stem of every term, sorted."""
        return self._stems

    def anchored_at(self, stem: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Terms whose rarest stem this is: (number of the term, its other stems)."""
        posted = self._posted.get(stem)
        if posted is None:
            if stem not in self._id:
                return ()
            posted = self._posted[stem] = tuple(self._post(self._id[stem]))
        return posted

    def term(self, number: int) -> Term:
        """The term of this number."""
        ids = self._ids(number)
        codes = self._codes[number]
        return Term(
            code=codes[0],
            text=self._texts[number],
            source=SOURCES[self._sources[number]],
            stems=frozenset(self._stems[i] for i in ids),
            others=codes[1:],
            rarity=sum(self.rarity(self._stems[i]) for i in ids),
        )

    def rarity(self, stem: str) -> float:
        """Inverse document frequency over terms, in nats: ln(terms / terms with the stem)."""
        number = self._id.get(stem)
        count = int(self._frequency[number]) if number is not None else 1
        return math.log(len(self) / count)

    def containing(self, stem: str) -> NDArray[np.int64]:
        """Numbers of all terms that contain the stem."""
        number = self._id.get(stem)
        if number is None:
            return np.empty(0, dtype=np.int64)
        places = np.flatnonzero(self._term_stems == number)
        return np.searchsorted(self._offsets, places, side="right") - 1

    def norms(self) -> NDArray[np.float64]:
        """Length of each term as a vector of the rarities of its stems."""
        rarity = np.log(len(self) / self._frequency)
        squares: NDArray[np.float64] = rarity[self._term_stems] ** 2
        norms: NDArray[np.float64] = np.sqrt(np.add.reduceat(squares, self._offsets[:-1]))
        return norms

    def _ids(self, number: int) -> list[int]:
        start, end = self._offsets[number], self._offsets[number + 1]
        return [int(i) for i in self._term_stems[start:end]]

    def _anchors(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Terms in order of their rarest stem (build put it first), and where each stem begins."""
        firsts = self._term_stems[self._offsets[:-1]]
        order = np.argsort(firsts, kind="stable")
        starts = np.searchsorted(firsts[order], np.arange(len(self._stems) + 1))
        return order, starts

    def _post(self, stem: int) -> Iterator[tuple[int, tuple[str, ...]]]:
        for number in self._order[self._starts[stem] : self._starts[stem + 1]]:
            yield int(number), tuple(self._stems[i] for i in self._ids(int(number))[1:])

    def save(self, path: Path) -> None:
        """Write the arrays to one .npz file; texts and codes go as UTF-8 lines."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".tmp.npz")
        np.savez(
            draft,
            stems=_pack(self._stems),
            frequency=self._frequency,
            term_stems=self._term_stems,
            offsets=self._offsets,
            texts=_pack(self._texts),
            codes=_pack([" ".join(codes) for codes in self._codes]),
            sources=self._sources,
        )
        draft.replace(path)

    @classmethod
    def load(cls, path: Path) -> TermIndex:
        """Read what `save` wrote. Raises: CodeSetMissing where there is no such file."""
        if not path.is_file():
            raise CodeSetMissing(f"no term index at {path}: run `chartcode codesets build`")
        with np.load(path, allow_pickle=False) as arrays:
            return cls(
                _unpack(arrays["stems"]),
                arrays["frequency"],
                arrays["term_stems"],
                arrays["offsets"],
                _unpack(arrays["texts"]),
                [tuple(line.split()) for line in _unpack(arrays["codes"])],
                arrays["sources"],
            )


def terms_path(index_dir: Path, codes: CodeSystem, lexicon: Lexicon) -> Path:
    """Where the term index of a release lies; its name changes with whatever it is made from."""
    made_from = f"{TERMS_VERSION} {codes.sha256} {lexicon.sha256}"
    key = hashlib.sha256(made_from.encode()).hexdigest()[:16]
    return index_dir / "terms" / f"{codes.system.lower()}-{codes.release}-{key}.npz"


def build_terms(codes: CodeSystem, lexicon: Lexicon) -> TermIndex:
    """Index titles and inclusion terms of a release and the lexicon's terms for it."""
    vague = {stem_set(term) for term in lexicon.vague}
    by_key: dict[frozenset[str], list[_Row]] = defaultdict(list)
    for key, row in _keyed(_rows(codes, lexicon), ShortForms(lexicon.abbreviations)):
        ours = row.source == SOURCES.index("lexicon")
        if not key <= _GENERAL and (ours or key not in vague):
            by_key[key].append(row)
    return _index(by_key)


def index_wordings(wordings: Iterable[tuple[str, str]], forms: ShortForms) -> TermIndex:
    """Index wordings of procedures as (code, wording); the code named first has a shared one."""
    by_key: dict[frozenset[str], list[_Row]] = defaultdict(list)
    source = SOURCES.index("words")
    rows = (_Row(code, text, source, 0) for code, text in wordings)
    for key, row in _keyed(rows, forms):
        if key:
            by_key[key].append(row)
    return _index(by_key)


def _keyed(rows: Iterable[_Row], forms: ShortForms) -> Iterator[tuple[frozenset[str], _Row]]:
    """Rows by their stems: notes are matched with short forms spelled out, so terms are too."""
    for row in rows:
        yield frozenset(forms.stems(row.text)) - IGNORED, row


def _index(by_key: Mapping[frozenset[str], list[_Row]]) -> TermIndex:
    frequency = Counter(stem for key in by_key for stem in key)
    stems = sorted(frequency)
    number = {stem: i for i, stem in enumerate(stems)}
    term_stems: list[int] = []
    offsets, texts, all_codes, sources = [0], [], [], []
    for key, rows in by_key.items():
        rows = sorted(rows, key=_preference)
        term_stems += [number[s] for s in sorted(key, key=lambda s: (frequency[s], s))]
        offsets.append(len(term_stems))
        texts.append(rows[0].text)
        sources.append(rows[0].source)
        all_codes.append(tuple(dict.fromkeys(row.code for row in rows)))
    return TermIndex(
        stems,
        np.array([frequency[s] for s in stems], dtype=np.int32),
        np.array(term_stems, dtype=np.int32),
        np.array(offsets, dtype=np.int64),
        texts,
        all_codes,
        np.array(sources, dtype=np.uint8),
    )


def stem_set(text: str) -> frozenset[str]:
    """The stems of a wording that a match must find."""
    return frozenset(token.stem for token in normalise(text, levels=True)) - IGNORED


def wordings(title: str) -> tuple[str, ...]:
    """How a title may stand in a note, fullest first: without asides and what it leaves open.

    Residual titles ("Other ...") give none: their words belong to the specific codes beside them.
    """
    plain = _OPEN.sub("", _ASIDE.sub("", title)).strip(" ,")
    if not plain or _RESIDUAL.search(title):
        return ()
    found = [plain]
    while (shorter := _ABSENT.sub("", found[-1]).strip(" ,")) not in ("", found[-1]):
        found.append(shorter)
    return tuple(found)


def _rows(codes: CodeSystem, lexicon: Lexicon) -> Iterator[_Row]:
    for entry in lexicon.terms:
        if entry.code in codes:
            yield _Row(entry.code, entry.term, SOURCES.index("lexicon"), 0)
    for value, text, source in codes.terms():
        # Seventh characters tell of the encounter, not of the condition: they are chosen later.
        if len(value) == 8:
            continue
        for shortened, wording in enumerate(wordings(text)):
            # One word ("accident", "fall") does not tell what happened.
            if value[0] not in _EXTERNAL_CAUSES or len(stem_set(wording)) > 1:
                yield _Row(value, wording, SOURCES.index(source), shortened)


def _preference(row: _Row) -> tuple[int, int, int, str]:
    """Which of several codes a wording stands for: ours first, then the fullest, then the general.

    The general code wins over its children because coding/specificity.py descends from it.
    """
    return (row.source, row.shortened, len(row.code), row.code)


def _pack(lines: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(lines).encode("utf-8"), dtype=np.uint8)


def _unpack(packed: NDArray[np.uint8]) -> list[str]:
    return packed.tobytes().decode("utf-8").split("\n")
