from __future__ import annotations

import pytest

from coding.procedures.status import Standings, Status
from coding.reading import MedspacyReader
from coding.types import Note, Setting, Span

READER = MedspacyReader()


def standing(text: str, words: str) -> Status:
    reading = READER.read(Note("n", text, Setting.OUTPATIENT))
    start = text.index(words)
    return Standings(reading).of(Span(start, start + len(words))).status


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("PROCEDURE PERFORMED: Left knee arthroscopy.", "knee arthroscopy"),
        ("OPERATION,1. Excision of ganglion of the wrist.", "Excision of ganglion"),
        ("Skin biopsy was performed with a 4 mm punch.", "Skin biopsy"),
        ("PLAN: She received a flu shot today.", "flu shot"),
        ("Plan: We will give a tetanus booster.", "tetanus booster"),
        ("The rapid strep test is negative.", "strep test"),
        ("EKG today shows sinus rhythm.", "EKG"),
        ("Tdap vaccine given IM in the left deltoid.", "Tdap vaccine"),
    ],
)
def test_what_was_done_counts(text: str, words: str) -> None:
    assert standing(text, words) is Status.PERFORMED


@pytest.mark.parametrize(
    ("text", "words", "status"),
    [
        ("PLAN: Colonoscopy.", "Colonoscopy", Status.PLANNED),
        ("We will order an MRI of the knee.", "MRI of the knee", Status.PLANNED),
        ("She is scheduled for cataract surgery.", "cataract surgery", Status.PLANNED),
        ("Stress test has been ordered.", "Stress test", Status.PLANNED),
        ("If pain goes on, consider a steroid injection.", "steroid injection", Status.PLANNED),
        ("PAST SURGICAL HISTORY: Appendectomy.", "Appendectomy", Status.PAST),
        ("He is status post knee replacement.", "knee replacement", Status.PAST),
        ("A colonoscopy three years ago was clear.", "colonoscopy", Status.PAST),
        ("He declined a flu shot.", "flu shot", Status.DECLINED),
        ("She declined the shingles vaccine.", "shingles vaccine", Status.DECLINED),
        ("CT of the head was offered and declined.", "CT of the head", Status.DECLINED),
        ("The biopsy was not performed.", "biopsy", Status.DECLINED),
        ("FAMILY HISTORY: Mother had a mastectomy.", "mastectomy", Status.DECLINED),
    ],
)
def test_what_was_not_done_now_says_why(text: str, words: str, status: Status) -> None:
    assert standing(text, words) is status


def test_a_name_alone_leaves_it_open() -> None:
    assert standing("Skin biopsy.", "Skin biopsy") is Status.UNCLEAR


def test_a_plan_inside_an_operative_note_is_no_part_of_it() -> None:
    text = "PROCEDURE: Cystoscopy. She will be scheduled for lithotripsy."
    assert standing(text, "Cystoscopy") is Status.PERFORMED
    assert standing(text, "lithotripsy") is Status.PLANNED


def test_the_title_says_what_was_done_whatever_went_before() -> None:
    text = "PROCEDURE: Removal of previously placed stent."
    assert standing(text, "Removal") is Status.PERFORMED


def test_the_cue_is_told() -> None:
    text = "We recommended a sleep study."
    reading = READER.read(Note("n", text, Setting.OUTPATIENT))
    found = Standings(reading).of(Span(17, 28))
    assert found.cue is not None
    assert found.cue.of(text).startswith("recommended")


def test_letters_that_grow_in_lower_case_move_no_offset() -> None:
    text = "İİİİ noted. EKG was performed."
    assert standing(text, "EKG") is Status.PERFORMED
