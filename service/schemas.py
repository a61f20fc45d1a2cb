"""The request as JSON, from HTTP and from a line of a batch alike, checked into a Note."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from coding.errors import NoteTooLong
from coding.pipeline import check_note
from coding.types import (
    Claim,
    CodingOptions,
    Encounter,
    Explain,
    Note,
    Patient,
    Setting,
    Sex,
    System,
)
from service.json_input import read_json_object
from service.validation import OWN, invalid

MAX_ID_CHARS = 200
# JSON spends at most 12 bytes on a character ("\ud83d\ude00"); the rest is for the other fields.
_BYTES_PER_CHAR = 12
_OTHER_BYTES = 100_000

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _problem(message: str) -> PydanticCustomError:
    return PydanticCustomError(OWN, "{said}", {"said": message})


def _iso_date(value: object) -> object:
    if value is None or isinstance(value, date):
        return value
    try:
        if isinstance(value, str) and _ISO_DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _problem("must be a date that exists, as YYYY-MM-DD")


def _one_line(value: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
        raise _problem("must have no control characters")
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise _problem("must not be blank")
    return value


def _no_doubles(value: list[System]) -> list[System]:
    if len(set(value)) < len(value):
        raise _problem("must not name a system twice")
    return value


# Lax here means that the enum's own values are taken as text, and nothing else.
SettingIn = Annotated[Setting, Field(strict=False)]
ClaimIn = Annotated[Claim, Field(strict=False)]
SexIn = Annotated[Sex, Field(strict=False)]
SystemIn = Annotated[System, Field(strict=False)]
ExplainIn = Annotated[Explain, Field(strict=False)]
DateIn = Annotated[date, BeforeValidator(_iso_date)]
Label = Annotated[
    str, Field(min_length=1, max_length=100), AfterValidator(_one_line), AfterValidator(_not_blank)
]
NoteId = Annotated[
    str,
    Field(min_length=1, max_length=MAX_ID_CHARS),
    AfterValidator(_one_line),
    AfterValidator(_not_blank),
]


class Strict(BaseModel):
    """A part of a request: unknown fields are refused and no value is converted in silence."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class PatientRequest(Strict):
    """What the sender says of the patient."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"age_years": 72, "sex": "male"}]})

    age_years: Annotated[float, Field(ge=0, le=150, allow_inf_nan=False)] | None = Field(
        None, description="Age in years; fractions for infants."
    )
    sex: SexIn = Field(Sex.UNKNOWN, description="Administrative sex.")

    def value(self) -> Patient:
        """The value the engine works with."""
        return Patient(age_years=self.age_years, sex=self.sex)


class EncounterRequest(Strict):
    """What the sender says of the encounter."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"new_patient": False, "minutes": 25, "discharge_date": None}]
        }
    )

    new_patient: bool | None = Field(
        None, description="Whether the practice sees the patient anew."
    )
    minutes: Annotated[int, Field(ge=0, le=100_000)] | None = Field(
        None, description="Total time of the encounter in minutes."
    )
    discharge_date: DateIn | None = Field(None, description="Day of discharge, YYYY-MM-DD.")

    def value(self) -> Encounter:
        """The value the engine works with."""
        return Encounter(
            new_patient=self.new_patient,
            minutes=self.minutes,
            discharge_date=self.discharge_date,
        )


EXAMPLE_TEXT = (
    "72 y/o male with type 2 diabetes mellitus with diabetic chronic kidney disease stage 3b, "
    "hypertension, and COPD with acute exacerbation. Denies chest pain."
)


class SuggestionRequest(Strict):
    """One note to code, and what is asked for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "visit-1042",
                    "text": EXAMPLE_TEXT,
                    "setting": "outpatient",
                    "service_date": "2026-06-15",
                    "patient": {"age_years": 72, "sex": "male"},
                }
            ]
        }
    )

    id: NoteId = Field(description="The sender's name for the note; it comes back as note_id.")
    text: str = Field(
        description="The note. Offsets in the result count its code points, exactly as sent."
    )
    setting: SettingIn = Field(description="Where the encounter took place.")
    service_date: DateIn | None = Field(
        None,
        description="Date of service, YYYY-MM-DD; it chooses the release of each code system. "
        "Without it the newest loaded release is used.",
    )
    claim: ClaimIn | None = Field(
        None,
        description="Whose claim the codes go on: facility if the setting is inpatient, else "
        "professional. Uncertain diagnoses are coded on inpatient facility claims only.",
    )
    patient: PatientRequest | None = None
    encounter: EncounterRequest | None = None
    type: Label | None = Field(None, description="Kind of document, such as progress note.")
    author_role: Label | None = Field(None, description="Who wrote it, such as physician.")
    signed: bool | None = Field(None, description="Whether the note is signed.")
    systems: (
        Annotated[
            list[SystemIn], Field(min_length=1, max_length=len(System)), AfterValidator(_no_doubles)
        ]
        | None
    ) = Field(
        None,
        description="The code systems to suggest codes from. Without it those of the claim: "
        "ICD-10-CM with ICD-10-PCS on inpatient facility claims, with CPT and HCPCS on all others.",
    )
    limit: Annotated[int, Field(ge=1, le=1_000)] = Field(50, description="Suggestions at most.")
    min_probability: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = Field(
        0.02, description="Suggestions below it are left out."
    )
    explain: ExplainIn | None = Field(None, description="Further explanation to give.")

    def note(self) -> Note:
        """The note the engine works with."""
        return Note(
            id=self.id,
            text=self.text,
            setting=self.setting,
            claim=self.claim,
            service_date=self.service_date,
            patient=self.patient.value() if self.patient else Patient(),
            encounter=self.encounter.value() if self.encounter else Encounter(),
            type=self.type,
            author_role=self.author_role,
            signed=self.signed,
        )

    def options(self) -> CodingOptions:
        """What the request asks for."""
        return CodingOptions(
            systems=tuple(self.systems) if self.systems else None,
            limit=self.limit,
            min_probability=float(self.min_probability),
            explain=self.explain,
        )


def parse_request(raw: bytes | str, *, max_note_chars: int) -> tuple[Note, CodingOptions]:
    """Read one request: the body of an HTTP request or one line of a batch.

    No message repeats what was sent. `max_note_chars` is in code points.

    Raises: NoteTooLong; InvalidNote, with the field at fault where there is one.
    """
    if len(raw) > max_note_chars * _BYTES_PER_CHAR + _OTHER_BYTES:
        raise NoteTooLong(
            f"the request is longer than any note of {max_note_chars} characters, the most allowed",
            field="text",
        )
    try:
        request = SuggestionRequest.model_validate(read_json_object(raw))
    except ValidationError as error:
        raise invalid(error, SuggestionRequest) from None
    note = request.note()
    check_note(note, max_note_chars)
    return note, request.options()
