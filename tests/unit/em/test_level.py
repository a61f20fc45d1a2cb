"""From elements, time and age to the code: thresholds, limits and what is added."""

from __future__ import annotations

from datetime import date

import pytest

from coding.em.age import age_of
from coding.em.assess import assess, assess_family
from coding.em.families import by_level, by_minutes, families, family_of
from coding.em.page import Page
from coding.em.prolonged import further_critical_care
from coding.em.time import total_time
from coding.em.values import Level, Newness
from coding.types import Encounter, Setting
from tests.unit.em.kit import element, of_family, page, read

ESTABLISHED = "office-established"
COLD = "SUBJECTIVE: Recheck.\nASSESSMENT: Tonsillitis.\nPLAN: Penicillin 500 mg daily. {time}"
TONSILLITIS = ("J03.90", "Tonsillitis")


def test_two_of_three_decide_and_the_limit_is_named() -> None:
    visit = of_family(read(COLD.format(time="")), ESTABLISHED, TONSILLITIS)
    assert visit.code == "99213"
    assert [e.level for e in visit.elements] == [
        Level.LOW,
        Level.STRAIGHTFORWARD,
        Level.MODERATE,
    ]
    assert visit.limiting == "problems"
    assert "99214 needs 1 more" in visit.next_needs
    assert "30 minutes" in visit.next_needs
    assert visit.neighbours == ("99212", "99214")


@pytest.mark.parametrize(
    ("time", "code"),
    [
        ("I spent 10 minutes.", "99213"),  # decisions give more
        ("Total time was 30 minutes.", "99214"),
        ("I spent an hour with him.", "99215"),
        ("Operative time was 60 minutes. Total time of surgery was 60 minutes.", "99213"),
        ("I spent 12 minutes, and 5 minutes of that time was spent in counseling.", "99213"),
        ("He walks 40 minutes a day.", "99213"),
    ],
)
def test_time_counts_where_it_gives_more(time: str, code: str) -> None:
    assert of_family(read(COLD.format(time=time)), ESTABLISHED, TONSILLITIS).code == code


def test_the_minutes_of_the_sender_go_before_the_words() -> None:
    reading = read(COLD.format(time="I spent 50 minutes."), encounter=Encounter(minutes=31))
    visit = of_family(reading, ESTABLISHED, TONSILLITIS)
    assert visit.code == "99214"
    assert visit.limiting == "time"


@pytest.mark.parametrize("minutes", [-5, 0, 1441])
def test_minutes_that_no_day_has_decide_nothing(minutes: int) -> None:
    reading = read(COLD.format(time=""), encounter=Encounter(minutes=minutes))
    visit = of_family(reading, ESTABLISHED, TONSILLITIS)
    assert visit.code == "99213"
    assert [e.name for e in visit.elements] == ["problems", "data", "risk"]


def test_time_has_no_say_in_the_emergency_department() -> None:
    reading = read(COLD.format(time="I spent 90 minutes."), Setting.EMERGENCY)
    assert of_family(reading, "emergency", TONSILLITIS).code == "99283"


@pytest.mark.parametrize(
    ("minutes", "codes"),
    [
        (54, (("99215", 1),)),
        (55, (("99215", 1), ("99417", 1))),
        (70, (("99215", 1), ("99417", 2))),
    ],
)
def test_prolonged_from_fifteen_minutes_over_the_highest(
    minutes: int, codes: tuple[tuple[str, int], ...]
) -> None:
    reading = read(COLD.format(time=""), encounter=Encounter(minutes=minutes))
    assert of_family(reading, ESTABLISHED, TONSILLITIS).codes == codes


@pytest.mark.parametrize(
    ("minutes", "further"),
    [(30, ()), (74, ()), (75, (("99292", 1),)), (104, (("99292", 1),)), (105, (("99292", 2),))],
)
def test_critical_care_beyond_the_first_74_minutes(
    minutes: int, further: tuple[tuple[str, int], ...]
) -> None:
    assert further_critical_care(minutes) == further


def test_critical_care_by_the_words_of_the_note() -> None:
    text = "ED COURSE: Intubated. Critical care time with Dr. Bell was 80 minutes.\nASSESSMENT: X."
    (visit,) = assess(read(text, Setting.EMERGENCY), ())
    assert visit.codes == (("99291", 1), ("99292", 1))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("This 6-month-old comes in for a well child check.", "99391"),
        ("This is her 4-year well-child check.", "99392"),
        ("This 17 year old comes in for a sports physical.", "99394"),
        ("This 64-year-old woman comes in for her annual exam.", "99396"),
        ("A man of age 65 comes in for his annual exam.", "99397"),
    ],
)
def test_preventive_visits_go_by_age(words: str, code: str) -> None:
    assert of_family(read(f"SUBJECTIVE: {words}"), "preventive-established").code == code


def test_the_age_is_the_patients_own() -> None:
    text = "SUBJECTIVE: Lives with her 30-year-old mother. This is a 2-week-old girl."
    age = age_of(page(text))
    assert age is not None
    assert age.years < 1
    sent = age_of(Page(read(text, age_years=12)))
    assert sent is not None
    assert sent.years == 12


def test_a_preventive_visit_without_age_has_no_code() -> None:
    reading = read("SUBJECTIVE: Comes in for her annual exam.")
    assert assess_family(reading, (), "preventive-established") is None


def test_discharge_by_minutes() -> None:
    text = "DISCHARGE SUMMARY\nHOSPITAL COURSE: Uneventful. {time}"
    longer = read(text.format(time="I spent 35 minutes."), Setting.INPATIENT)
    assert [v.code for v in assess(longer, ())] == ["99239"]
    shorter = read(text.format(time=""), Setting.INPATIENT)
    assert [v.code for v in assess(shorter, ())] == ["99238"]


def test_a_hospital_family_begins_at_low() -> None:
    assert by_level("hospital-initial", Level.STRAIGHTFORWARD).code == "99221"
    assert by_level("home-new", Level.MODERATE).code == "99344"


def test_by_minutes_below_the_lowest_is_nothing() -> None:
    assert by_minutes("office-new", 14) is None
    assert by_minutes("emergency", 500) is None


def test_every_code_has_one_family() -> None:
    values = [row.code for rows in families().values() for row in rows]
    assert len(values) == len(set(values))
    assert family_of("99214") == ESTABLISHED
    assert family_of("99292") == "critical-care"
    assert family_of("10060") is None


def test_telephone_codes_end_with_2024() -> None:
    row = families()["telephone"][0]
    assert row.valid(date(2024, 12, 31))
    assert not row.valid(date(2025, 1, 1))
    assert not row.valid(None)


def test_evidence_stands_where_it_says() -> None:
    text = "SUBJECTIVE: 😀 İ returns.\r\nASSESSMENT: Gout, worse.\r\nPLAN: Total time 45 minutes."
    visit = of_family(read(text), ESTABLISHED, ("M10.9", "Gout"))
    assert element(visit, "time").spans[0].of(text) == "Total time 45 minutes"
    assert total_time(page(text)) is not None
    assert visit.newness is Newness.ESTABLISHED
