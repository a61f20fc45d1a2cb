"""What the service answers, described for OpenAPI; coding.to_json writes the results themselves.

A test holds real answers against these models, so the description cannot drift from the bytes.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from coding.types import Assertion, Claim, Decision, Reason, Role, Setting, Severity, System
from service import examples

Probability = Annotated[float, Field(ge=0, le=1)]
Offset = Annotated[int, Field(ge=0)]


def _shown(title: str, *examples: JsonDict) -> ConfigDict:
    return ConfigDict(title=title, json_schema_extra={"examples": [*examples]})


class Answer(BaseModel):
    """A part of an answer. Further optional fields may come within schema_version 1."""

    model_config = ConfigDict(extra="forbid")


class EvidenceModel(Answer):
    """Words of the note: [start, end) in code points, `text` exactly what stands there."""

    model_config = _shown("Evidence", examples.EVIDENCE)

    start: Offset
    end: Offset
    text: str
    section: str
    assertions: list[Assertion]
    source: str
    weight: Probability = Field(description="Share of the suggestion that rests on these words.")


class ProofStepModel(Answer):
    """One link of the chain from words to code."""

    model_config = _shown("ProofStep", examples.PROOF_STEP)

    kind: Literal[
        "quote", "section", "assertion", "lexicon", "index", "model", "tabular", "rule", "edit"
    ]
    ref: str
    spans: list[tuple[Offset, Offset]]
    source: str


class AlternativeModel(Answer):
    """Another code considered for the same words."""

    model_config = _shown("Alternative", examples.ALTERNATIVE)

    code: str
    display: str
    probability: Probability


class CrosswalkModel(Answer):
    """The ICD-11 MMS stem code that WHO's map has for an ICD-10-CM code: unofficial.

    `map` is exact, or the number of characters of the code that it was found by.
    """

    model_config = _shown("Crosswalk", examples.CROSSWALK)

    system: Literal[System.ICD11]
    code: str
    display: str
    map: Literal["exact", "rolled-up-4", "rolled-up-3"]
    release: str
    status: str


class SuggestionModel(Answer):
    """A suggested diagnosis or procedure with its words and its proof."""

    model_config = _shown("Suggestion", examples.SUGGESTION, examples.PROCEDURE)

    rank: Annotated[int, Field(ge=1)]
    sequence: int | None = Field(
        description="Claim order among the accepted diagnoses; null for procedures."
    )
    system: System
    code: str
    display: str
    probability: Probability = Field(description="Calibrated.")
    decision: Decision = Field(description="accept: reported; review: for a coder to look at.")
    auto: bool = Field(description="Whether the probability meets the 95% precision threshold.")
    role: Role
    poa: str | None = None
    modifiers: list[str] | None = Field(
        None, description="Of a CPT or HCPCS code: its modifiers in the order of the claim line."
    )
    units: int | None = Field(
        None, description="Of a CPT or HCPCS code: how many are billed, where the note tells."
    )
    supports: list[str] | None = Field(
        None,
        description="Of a procedure: accepted diagnoses that justify it, best first; 4 at most.",
    )
    crosswalk: CrosswalkModel | None = None
    evidence: list[EvidenceModel]
    proof: list[ProofStepModel]
    alternatives: list[AlternativeModel]


class RejectionModel(Answer):
    """A code that was seen and not coded, and why."""

    model_config = _shown("Rejection", examples.REJECTION)

    system: System
    code: str
    display: str
    reason: Reason = Field(
        description="Of procedures mostly planned, historical (done before) or negated (declined "
        "or not done)."
    )
    evidence: list[EvidenceModel]


class FindingModel(Answer):
    """Something a rule has to say about the result."""

    model_config = _shown("Finding", examples.FINDING)

    rule: str
    severity: Severity
    message: str
    codes: list[str]
    citation: str


class QueryModel(Answer):
    """A non-leading question to the provider about what the note leaves open."""

    model_config = _shown("Query", examples.QUERY)

    code: str
    missing: str
    text: str
    indicators: list[EvidenceModel]


class ProvenanceModel(Answer):
    """What made the result."""

    model_config = _shown("Provenance", examples.PROVENANCE)

    software: str
    model: str
    codesets: dict[System, str]
    config_sha256: str


class ResultModel(Answer):
    """All that is said of one note; suggestions in rank order."""

    model_config = _shown("CodingResult", examples.RESULT)

    schema_version: Literal["1"]
    offset_unit: Literal["codepoint"]
    note_id: str
    note_sha256: str = Field(description="Over the UTF-8 bytes of the text.")
    setting: Setting
    claim: Claim
    service_date: date | None
    suggestions: list[SuggestionModel]
    rejected: list[RejectionModel]
    findings: list[FindingModel]
    queries: list[QueryModel]
    provenance: ProvenanceModel


class ErrorModel(Answer):
    """What went wrong: ids, fields and offsets, never the text of a note."""

    model_config = _shown("Error", examples.ERROR)

    type: str
    stage: str
    field: str | None = None
    message: str


class FailureModel(Answer):
    """The body of every error; in a batch it stands in the place of a result, with its line."""

    model_config = _shown("Failure", examples.FAILURE)

    schema_version: Literal["1"]
    note_id: str | None
    line: int | None = None
    error: ErrorModel


class TitledCodeModel(Answer):
    """A code with its title."""

    model_config = _shown("TitledCode", examples.TITLED_CODE)

    code: str
    title: str


class SeventhCharacterModel(Answer):
    """A seventh character in force for a code."""

    model_config = _shown("SeventhCharacter", examples.SEVENTH)

    character: str
    meaning: str


class AxisModel(Answer):
    """One character of an ICD-10-PCS code; `label` is null where no loaded file says it."""

    model_config = _shown("Axis", examples.AXIS)

    name: str
    character: str
    label: str | None
    definition: str


class CodeEntryModel(Answer):
    """A code as its release describes it; the notes are its own, not its ancestors'."""

    model_config = _shown("CodeEntry", examples.CODE_ENTRY)

    system: System
    code: str
    title: str
    billable: bool
    release: str
    valid_from: date
    valid_to: date
    chapter: str
    section: str
    hierarchy: list[TitledCodeModel] = Field(description="From the broadest ancestor down.")
    children: list[TitledCodeModel]
    inclusion_terms: list[str]
    includes: list[str]
    excludes1: list[str]
    excludes2: list[str]
    code_first: list[str]
    use_additional: list[str]
    code_also: list[str]
    notes: list[str]
    seventh: list[SeventhCharacterModel]
    index_terms: list[str] = Field(description="Wordings of a loaded Alphabetic Index.")
    poa_exempt: bool = Field(description="Exempt from present-on-admission reporting.")
    axes: list[AxisModel] = Field(description="Of ICD-10-PCS: what each character means.")


class FoundCodeModel(Answer):
    """A code that a search found."""

    model_config = _shown("FoundCode", examples.FOUND_CODE)

    system: System
    code: str
    title: str
    billable: bool


class CodeSearchModel(Answer):
    """The codes a search found, best first; `release` is null where all systems were searched."""

    model_config = _shown("CodeSearch", examples.CODE_SEARCH)

    system: System | Literal["all"]
    release: str | None
    results: list[FoundCodeModel]


class HealthModel(Answer):
    """The process is up."""

    model_config = _shown("Health", examples.HEALTH)

    status: Literal["ok"]


class ReadinessModel(Answer):
    """Whether notes can be coded, by what, or what is missing."""

    model_config = _shown("Readiness", examples.READY, examples.NOT_READY)

    ready: bool
    missing: list[str]
    provenance: ProvenanceModel | None


class CodeQuery(BaseModel):
    """The words to search for, and where."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.CODE_QUERY]})

    q: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="Words to find.")
    system: str = Field(
        "ICD-10-CM", description="Name of the code system, in any case, or `all` of them."
    )
    limit: Annotated[int, Field(ge=1, le=200)] = Field(20, description="Codes at most.")


def ok(model: type[BaseModel]) -> dict[str, object]:
    """The OpenAPI description of an answer that succeeded."""
    return {"model": model, "description": (model.__doc__ or "").split(":")[0].rstrip(".")}


def failures(*statuses: int) -> dict[int | str, dict[str, object]]:
    """The OpenAPI description of the errors that a route may answer with."""
    return {s: {"model": FailureModel, "description": _FAILED[s]} for s in statuses}


_FAILED = {
    404: "There is no such code, code system or address",
    408: "The body took too long to arrive",
    413: "The note or the body is too long",
    415: "The body is not sent as JSON",
    422: "The request is at fault; `error.field` says where",
    500: "A defect of the service",
    503: "Not ready, busy, or the code system is not loaded",
}
