"""Words of clinical text, made comparable: one token a word, with its stem and its place.

Stems fold case, inflection (Snowball), British spelling and Roman numerals, so that "type II
diabetic" and "diabetes, type 2" share theirs. Offsets are code points into the text as given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"\d+(?:\.\d+)+|[^\W_]+(?:['\u2019](?!s\b)[^\W_]+)*", re.UNICODE)
_CACHED_STEMS = 65_536
_UNSTEMMED_LETTERS = 3

# Inflections that Snowball leaves apart, and clinical adjectives of a noun.
_IRREGULAR = {
    "diabetic": "diabet", "diabetics": "diabet", "hypertensive": "hypertens",
    "asthmatic": "asthma", "asthmatics": "asthma", "pneumoniae": "pneumonia",
    "metastases": "metasta", "metastasis": "metasta", "metastatic": "metasta", "mets": "metasta",
    "anemic": "anemia", "anaemic": "anemia", "obese": "obes", "obesity": "obes",
    "depressed": "depress", "epileptic": "epilepsi", "alcoholic": "alcohol",
    "cirrhotic": "cirrhosi", "vertebrae": "vertebra", "feet": "foot", "teeth": "tooth",
    "diagnoses": "diagnosi", "stenotic": "stenosi", "thrombotic": "thrombosi",
    "febrile": "fever", "feverish": "fever", "swollen": "swell", "broken": "fractur",
    "hypothyroid": "hypothyroid", "hypothyroidism": "hypothyroid",
    "hyperthyroid": "hyperthyroid", "hyperthyroidism": "hyperthyroid",
}  # fmt: skip
_BRITISH = (
    (
        re.compile(r"^(an|leuk|hypox|isch|ur|bacter|septic|hypoglyc|hyperglyc|hypovol|tox)aem"),
        r"\1em",
    ),
    (re.compile(r"aemi"), "emi"),
    (re.compile(r"^haem"), "hem"),
    (re.compile(r"^oe(?=dem|soph|str)"), "e"),
    (re.compile(r"rrhoea"), "rrhea"),
    (re.compile(r"^tumour"), "tumor"),
    (re.compile(r"isation$"), "ization"),
    (re.compile(r"paed"), "ped"),
    (re.compile(r"^foet"), "fet"),
    (re.compile(r"coeliac"), "celiac"),
    (re.compile(r"gynaec"), "gynec"),
)
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "iia": "2a", "iib": "2b", "iiia": "3a", "iiib": "3b"}
_ROMAN_AFTER_LEVEL = {"i": "1", "v": "5", "vi": "6"}
_LEVELS = frozenset({"type", "stage", "grade", "class", "nyha", "group"})

STOPWORDS = frozenset(
    """a an and are as at be by due for from has have in into is it its nec nos of on or other
    patient pt s specifi than that the their them this to unspecifi was were which""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word: its stem, and where it stands, half-open."""

    stem: str
    start: int
    end: int


def normalise(text: str) -> tuple[Token, ...]:
    """The words of a text in order. Decimals stay whole, hyphens and slashes part words."""
    tokens = []
    level = False
    for match in _WORD.finditer(text):
        stem = stem_of(match.group())
        if level and stem in _ROMAN_AFTER_LEVEL:
            stem = _ROMAN_AFTER_LEVEL[stem]
        tokens.append(Token(stem, match.start(), match.end()))
        level = stem in _LEVELS
    return tuple(tokens)


@lru_cache(maxsize=_CACHED_STEMS)
def stem_of(word: str) -> str:
    """The stem of one word. Words of three letters or fewer, or with digits, only fold case."""
    lower = word.lower()
    if lower in _ROMAN:
        return _ROMAN[lower]
    if lower in _IRREGULAR:
        return _IRREGULAR[lower]
    if len(lower) <= _UNSTEMMED_LETTERS or not lower.isalpha():
        return lower
    for british, american in _BRITISH:
        lower = british.sub(american, lower)
    stem = str(_STEMMER.stemWord(lower))
    # "ischemia" and "ischemic", "pneumonia" and "pneumonic" are one word to a coder.
    return stem.removesuffix("ia") if len(stem) > 6 else stem


_STEMMER = snowballstemmer.stemmer("english")
