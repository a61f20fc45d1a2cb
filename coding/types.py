"""The values that travel through Chartcode: frozen, slotted, standard library only.

One direction: Note -> Reading -> Candidates -> Suggestions -> rules -> CodingResult. Offsets are
half-open code points into the note's text exactly as received.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

SCHEMA_VERSION = "1"


class System(StrEnum):
    """The code systems Chartcode knows by name; which are loaded is another matter."""

    ICD10CM = "ICD-10-CM"
    ICD10PCS = "ICD-10-PCS"
    CPT = "CPT"
    HCPCS = "HCPCS"
    ICD11 = "ICD-11"


class Setting(StrEnum):
    """Where the encounter took place."""

    OUTPATIENT = "outpatient"
    EMERGENCY = "emergency"
    INPATIENT = "inpatient"


class Claim(StrEnum):
    """Whose claim the codes go on; it decides the uncertain-diagnosis rule."""

    FACILITY = "facility"
    PROFESSIONAL = "professional"


class Sex(StrEnum):
    """Administrative sex of the patient as the sender states it."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class Assertion(StrEnum):
    """What the note says about a mention."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"
    UNCERTAIN = "uncertain"
    HISTORICAL = "historical"
    HYPOTHETICAL = "hypothetical"
    FAMILY = "family"
    OTHER_PERSON = "other_person"


class Decision(StrEnum):
    """accept: reported on the claim. review: listed for a coder to look at."""

    ACCEPT = "accept"
    REVIEW = "review"


class Role(StrEnum):
    """The place of a code on the claim."""

    FIRST_LISTED = "first-listed"
    PRINCIPAL = "principal"
    SECONDARY = "secondary"
    PROCEDURE = "procedure"


PROCEDURE_SYSTEMS = (System.ICD10PCS, System.CPT, System.HCPCS)
"""The systems of what is done; those of what the patient has are the others."""


class Reason(StrEnum):
    """Why something seen was not coded."""

    NEGATED = "negated"
    FAMILY = "family"
    HISTORICAL = "historical"
    UNCERTAIN = "uncertain"
    HYPOTHETICAL = "hypothetical"
    INTEGRAL = "integral"
    PLANNED = "planned"
    OTHER_PERSON = "other_person"
    RULED_OUT = "ruled_out"
    EXCLUDES1 = "excludes1"
    SUPERSEDED = "superseded"
    NOT_BILLABLE = "not_billable"
    NOT_VALID_ON_DATE = "not_valid_on_date"


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Explain(StrEnum):
    """Further explanation that a request may ask for."""

    COUNTERFACTUAL = "counterfactual"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range [start, end) of code points.

    Raises: ValueError where 0 <= start <= end does not hold.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: start={self.start} end={self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The exact words of the text that lie in this span."""
        return text[self.start : self.end]

    def contains(self, other: Span) -> bool:
        """Whether the other span lies wholly inside this one."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share at least one code point."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Patient:
    """What the sender says of the patient; age in years (fractions for infants)."""

    age_years: float | None = None
    sex: Sex = Sex.UNKNOWN


@dataclass(frozen=True, slots=True)
class Encounter:
    """What the sender says of the encounter; total time in minutes."""

    new_patient: bool | None = None
    minutes: int | None = None
    discharge_date: date | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """One clinical document. `claim` defaults to facility for inpatients, else professional."""

    id: str
    text: str
    setting: Setting
    claim: Claim | None = None
    service_date: date | None = None
    patient: Patient = Patient()
    encounter: Encounter = Encounter()
    type: str | None = None
    author_role: str | None = None
    signed: bool | None = None

    @property
    def claim_type(self) -> Claim:
        """The claim as stated, else facility for inpatients and professional otherwise."""
        if self.claim is not None:
            return self.claim
        return Claim.FACILITY if self.setting is Setting.INPATIENT else Claim.PROFESSIONAL

    @property
    def claim_systems(self) -> tuple[System, ...]:
        """The systems its claim is written in (45 CFR 162.1002).

        Procedures of inpatient facility claims are ICD-10-PCS, those of all others CPT and HCPCS.
        """
        if self.setting is Setting.INPATIENT and self.claim_type is Claim.FACILITY:
            return (System.ICD10CM, System.ICD10PCS)
        return (System.ICD10CM, System.CPT, System.HCPCS)


@dataclass(frozen=True, slots=True)
class Chart:
    """Several documents of one encounter."""

    id: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class CodingOptions:
    """What a request may choose. `limit` counts suggestions; `min_probability` is in [0, 1].

    Without `systems` a note is coded in those of its claim.
    """

    systems: tuple[System, ...] | None = None
    limit: int = 50
    min_probability: float = 0.02
    explain: Explain | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a note. `label` is from coding/sections.json, "none" where no header stands.

    `title` is the span of the header (empty where there is none), `body` what stands under it.
    """

    label: str
    title: Span
    body: Span


@dataclass(frozen=True, slots=True)
class Scope:
    """The stretch of text over which a cue makes an assertion; `cue` holds the cue's words."""

    assertion: Assertion
    span: Span
    cue: Span


@dataclass(frozen=True, slots=True)
class Reading:
    """A note with its sections, sentences and assertion scopes, each sorted by start."""

    note: Note
    sections: tuple[Section, ...]
    sentences: tuple[Span, ...]
    scopes: tuple[Scope, ...]

    def section_at(self, span: Span) -> Section | None:
        """The section whose title or body holds the start of the span."""
        for section in reversed(self.sections):
            if section.title.start <= span.start < section.body.end:
                return section
        return None

    def sentence_at(self, span: Span) -> Span | None:
        """The sentence that holds the start of the span."""
        for sentence in self.sentences:
            if sentence.start <= span.start < sentence.end:
                return sentence
        return None

    def assertions(self, span: Span) -> tuple[Assertion, ...]:
        """What the note asserts of a span: the scopes that cover its start, else affirmed alone."""
        found = {s.assertion for s in self.scopes if s.span.start <= span.start < s.span.end}
        return tuple(sorted(found)) if found else (Assertion.AFFIRMED,)


@dataclass(frozen=True, slots=True, order=True)
class Code:
    """A code in its printed form: ICD-10-CM and ICD-11 with point (E11.22), others without."""

    system: System
    value: str

    @classmethod
    def parse(cls, system: System, value: str) -> Code:
        """Read a code with or without its point, in any case. Nothing is looked up."""
        bare = value.strip().upper().replace(".", "")
        if system is System.ICD10CM and len(bare) > 3:
            bare = f"{bare[:3]}.{bare[3:]}"
        # Extension codes of ICD-11 (X...) have no point.
        if system is System.ICD11 and len(bare) > 4 and bare[0] != "X":
            bare = f"{bare[:4]}.{bare[4:]}"
        return cls(system, bare)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of the note that support a code, or would have.

    `source` names what matched them (lexicon, title, inclusion, ngram, phrase, dense, rule id ...);
    `weight` is the share of the suggestion that rests on these words: those of one sum to 1.
    """

    span: Span
    quote: str
    section: str
    assertions: tuple[Assertion, ...]
    source: str
    weight: float

    @property
    def affirmed(self) -> bool:
        """Whether the note states this of the patient, now, without reservation."""
        return self.assertions == (Assertion.AFFIRMED,)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A code the note may support. `prior` is uncalibrated: it only orders."""

    code: Code
    prior: float
    evidence: tuple[Evidence, ...]
    generators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProofStep:
    """One link of the chain from words to code.

    `kind`: quote, section, assertion, lexicon, index, model, tabular, rule or edit. `ref` is what
    is referred to (a quote, a section label, a term, a code, a rule id), `source` where to look
    it up.
    """

    kind: str
    ref: str
    spans: tuple[Span, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another code considered for the same words."""

    code: Code
    display: str
    probability: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A code with its calibrated probability in [0, 1], its words and its proof.

    `sequence` is the claim order among accepted diagnoses, from 1, else None.
    """

    code: Code
    display: str
    probability: float
    decision: Decision
    auto: bool
    role: Role
    sequence: int | None
    evidence: tuple[Evidence, ...]
    proof: tuple[ProofStep, ...]
    alternatives: tuple[Alternative, ...] = ()
    poa: str | None = None
    modifiers: tuple[str, ...] | None = None
    units: int | None = None
    supports: tuple[str, ...] | None = None
    crosswalk: Crosswalk | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A code that was seen and not coded, and why."""

    code: Code
    display: str
    reason: Reason
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a rule has to say about the result; `citation` names its source."""

    rule: str
    severity: Severity
    codes: tuple[Code, ...]
    message: str
    citation: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A non-leading question to the provider about what the note leaves open."""

    code: Code
    missing: str
    indicators: tuple[Evidence, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a result: software version, model, release of each code system, configuration."""

    software: str
    model: str
    codesets: tuple[tuple[System, str], ...]
    config_sha256: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What rules work on: each rule takes a draft and gives a new one, leaving its trace."""

    suggestions: tuple[Suggestion, ...]
    rejected: tuple[Rejection, ...] = ()
    findings: tuple[Finding, ...] = ()
    queries: tuple[Query, ...] = ()

    def reject(self, code: Code, reason: Reason) -> Draft:
        """Move a suggestion to the rejected, with the reason."""
        moved = [s for s in self.suggestions if s.code == code]
        gone = tuple(Rejection(s.code, s.display, reason, s.evidence) for s in moved)
        kept = tuple(s for s in self.suggestions if s.code != code)
        return replace(self, suggestions=kept, rejected=self.rejected + gone)

    def put(self, suggestion: Suggestion) -> Draft:
        """Add a suggestion, or replace the one of the same code in its place."""
        if any(s.code == suggestion.code for s in self.suggestions):
            swapped = tuple(
                suggestion if s.code == suggestion.code else s for s in self.suggestions
            )
            return replace(self, suggestions=swapped)
        return replace(self, suggestions=(*self.suggestions, suggestion))

    def find(self, finding: Finding) -> Draft:
        """Add a finding."""
        return replace(self, findings=(*self.findings, finding))


@dataclass(frozen=True, slots=True)
class CodingResult:
    """All that is said of one note. Suggestions are in rank order: (-probability, code)."""

    note_id: str
    note_sha256: str
    setting: Setting
    claim: Claim
    service_date: date | None
    suggestions: tuple[Suggestion, ...]
    rejected: tuple[Rejection, ...]
    findings: tuple[Finding, ...]
    queries: tuple[Query, ...]
    provenance: Provenance
    schema_version: str = SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What a client is told of an error: ids, fields and offsets, never note text."""

    type: str
    stage: str
    message: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class CodingFailure:
    """What stands in the place of a result where a note could not be coded."""

    note_id: str | None
    error: ErrorBody
    line: int | None = None
    schema_version: str = SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class Axis:
    """One character of an ICD-10-PCS code: what it tells ("Approach") and what it says there.

    `label` is None where no loaded file says; `definition` is the official one, where there is one.
    """

    name: str
    value: str
    label: str | None
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """The ICD-11 MMS stem code nearest to an ICD-10-CM code, by WHO's map: unofficial.

    `kind` is exact where the map has the very code, else rolled-up-4 or rolled-up-3: the number of
    characters of the code that it was found by.
    """

    code: str
    display: str
    kind: str
    release: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A code found by words: the share of them that it has, and how little it says besides.

    Both order hits, also of several systems; `matched` lies in (0, 1], `closeness` above 0.
    """

    code: str
    matched: float
    closeness: float


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """A code as its release describes it. Notes are the entry's own, not its ancestors'.

    `seventh` are the 7th-character definitions in force for the code: (character, meaning);
    `index_terms` the wordings of a loaded Alphabetic Index; `axes` what each character of an
    ICD-10-PCS code means.
    """

    code: Code
    title: str
    billable: bool
    parent: str | None
    children: tuple[str, ...] = ()
    chapter: str = ""
    section: str = ""
    inclusion_terms: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    excludes1: tuple[str, ...] = ()
    excludes2: tuple[str, ...] = ()
    code_first: tuple[str, ...] = ()
    use_additional: tuple[str, ...] = ()
    code_also: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seventh: tuple[tuple[str, str], ...] = ()
    index_terms: tuple[str, ...] = ()
    axes: tuple[Axis, ...] = ()
    poa_exempt: bool = False
