"""Words of clinical text, made comparable: one token a word, with its stem and its place.

Stems fold case, accents, inflection (Snowball), British spelling and Roman numerals, so that
"type II diabetic" and "diabetes, type 2" share theirs. Offsets are code points into the text as
given.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

# A word keeps its combining marks and inner apostrophes; a possessive "'s" is no part of it.
_MARKS = r"[\u0300-\u036f]"
_WORD = re.compile(
    r"(\d+(?:\.\d+)+"
    rf"|[^\W_]+(?:{_MARKS}+[^\W_]*)*(?:['\u2019](?![sS](?![^\W_]))[^\W_]+(?:{_MARKS}+[^\W_]*)*)*)"
    r"(?:['\u2019][sS](?![^\W_]))?"
)
_CACHED_STEMS = 65_536
_UNSTEMMED_LETTERS = 3

# Inflections that Snowball leaves apart, and clinical adjectives of a noun.
_IRREGULAR = {
    "diabetic": "diabet", "diabetics": "diabet", "hypertensive": "hypertens",
    "asthmatic": "asthma", "asthmatics": "asthma",
    "metastases": "metasta", "metastasis": "metasta", "metastatic": "metasta", "mets": "metasta",
    "anemic": "anemia", "obese": "obes", "obesity": "obes",
    "depressed": "depress", "epileptic": "epilepsi", "alcoholic": "alcohol",
    "cirrhotic": "cirrhosi", "vertebrae": "vertebra", "feet": "foot", "teeth": "tooth",
    "diagnoses": "diagnosi", "stenotic": "stenosi", "thrombotic": "thrombosi",
    "febrile": "fever", "feverish": "fever", "swollen": "swell", "broken": "fractur",
    "hypothyroidism": "hypothyroid", "hyperthyroidism": "hyperthyroid",
    "aortic": "aorta", "both": "bilater",
    # Snowball takes these for "over", "sterile", "club" and "crush".
    "overeating": "overeat", "overlying": "overli", "sterilization": "sterilization",
    "clubbing": "clubbing", "crushing": "crushing",
    # The germ is not the disease.
    "pneumoniae": "pneumoniae",
    # What a surgeon does to a vessel is not what befell it.
    "dissection": "dissection", "dissections": "dissection",
}  # fmt: skip
_BRITISH = (
    ("aem", "em"), ("oedem", "edem"), ("oesoph", "esoph"), ("oestr", "estr"), ("rrhoea", "rrhea"),
    ("noea", "nea"), ("tumour", "tumor"), ("isation", "ization"), ("alised", "alized"),
    ("paed", "ped"), ("foet", "fet"), ("coeliac", "celiac"), ("gynaec", "gynec"),
    ("anaesth", "anesth"), ("caesar", "cesar"), ("faec", "fec"), ("aetiol", "etiol"),
    ("leucocyt", "leukocyt"), ("leucop", "leukop"), ("melaena", "melena"),
    ("behaviour", "behavior"), ("colour", "color"), ("labour", "labor"), ("fibre", "fiber"),
    ("centre", "center"), ("homoeo", "homeo"),
)  # fmt: skip
# Words of one meaning in titles and in notes, by stem.
_SAME = {
    "renal": "kidney", "hepat": "liver", "cardiac": "heart",
    "pulmonari": "lung", "gastric": "stomach", "cutan": "skin", "ocular": "eye",
    "bleed": "hemorrhag", "calculi": "calculus", "stone": "calculus", "calcul": "calculus",
    "carcinoma": "cancer", "adenocarcinoma": "cancer", "fibroid": "leiomyoma",
    "tibial": "tibia", "femor": "femur", "humer": "humerus", "radial": "radius", "ulnar": "ulna",
    "fibular": "fibula", "vertebr": "vertebra", "patellar": "patella",
    "testicular": "testi", "testicl": "testi", "ovarian": "ovari",
    "uterin": "uterus", "vagin": "vagina", "tonsillar": "tonsil", "dental": "tooth",
    "nasal": "nose", "thyroidal": "thyroid", "splenic": "spleen",
    "pancreat": "pancrea", "bronchial": "bronchus", "laryng": "larynx", "esophag": "esophagus",
    "clavicular": "clavicl", "scapular": "scapula", "mandibular": "mandibl",
    "micturit": "urin", "pyrexia": "fever",
    "dyspnoea": "dyspnea", "breathless": "dyspnea", "itch": "pruritus", "toenail": "nail",
    "ingrown": "ingrow", "infecti": "infect", "anxious": "anxieti", "extrem": "limb",
    "bronchi": "bronchus", "pharyng": "pharynx", "thorax": "thorac",
}  # fmt: skip
_INFLAMED = re.compile(r"(.{2,})it(?:is|ic|ides)")
_ROMAN = {
    "ii": "2", "iia": "2a", "iib": "2b", "iic": "2c", "iii": "3", "iiia": "3a", "iiib": "3b",
    "iiic": "3c", "iv": "4", "iva": "4a", "ivb": "4b",
}  # fmt: skip
_ROMAN_AFTER_LEVEL = {"i": "1", "ia": "1a", "ib": "1b", "ic": "1c", "v": "5", "vi": "6"}
# "A" is a name after these, elsewhere an article.
_NAMED_BY_LETTER = frozenset({"hepatitis", "vitamin", "group", "influenza", "flu", "hemophil"})
_LEVELS = frozenset({"type", "stage", "grade", "class", "nyha", "group"})

_NUMBER = re.compile(r"\d+[a-d]?")

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


def normalise(text: str, *, levels: bool = False) -> tuple[Token, ...]:
    """The words of a text in order. Decimals stay whole, hyphens and slashes part words.

    With `levels` the number after "type", "stage" and their like is bound to it ("stage:3b"), so
    that the 2 of "type 2 diabetes with CKD stage 3b" is no stage.
    """
    tokens = []
    before = ""
    for match in _WORD.finditer(text):
        stem = stem_of(match[1])
        if before in _LEVELS and stem in _ROMAN_AFTER_LEVEL:
            stem = _ROMAN_AFTER_LEVEL[stem]
        if stem == "a" and before in _NAMED_BY_LETTER:
            stem = "letter-a"
        bound = levels and before in _LEVELS and _NUMBER.fullmatch(stem)
        tokens.append(Token(f"{before}:{stem}" if bound else stem, *match.span(1)))
        before = stem
    return tuple(tokens)


@lru_cache(maxsize=_CACHED_STEMS)
def stem_of(word: str) -> str:
    """The stem of one word. Words of three letters or fewer, or with digits, only fold case."""
    lower = word.lower() if word.isascii() else _plain(word)
    if lower in _ROMAN:
        return _ROMAN[lower]
    if len(lower) > _UNSTEMMED_LETTERS:
        for british, american in _BRITISH:
            lower = lower.replace(british, american)
    if lower in _IRREGULAR:
        return _IRREGULAR[lower]
    if len(lower) <= _UNSTEMMED_LETTERS or not lower.isalpha():
        return lower
    if inflamed := _INFLAMED.fullmatch(lower):
        # Snowball would make "tonsillitis" of any "tonsil".
        return f"{inflamed[1]}itis"
    stem = str(_STEMMER.stemWord(lower))
    # "ischemia" and "ischemic", "pneumonia" and "pneumonic" are one word to a coder.
    if len(stem) > 6 and not stem.endswith("philia"):
        stem = stem.removesuffix("ia")
    return _SAME.get(stem, stem)


def _plain(word: str) -> str:
    """Lower case without accents and ligatures: notes and titles differ in "Sjögren"."""
    parts = unicodedata.normalize("NFKD", word.lower())
    return "".join(c for c in parts if not unicodedata.combining(c))


_STEMMER = snowballstemmer.stemmer("english")
