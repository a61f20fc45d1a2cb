"""Procedures on the page: claim lines, what they are for, levels of visits, axes, findings."""

from __future__ import annotations

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from coding.types import Encounter
from tests.web.conftest import size
from tests.web.fakes import PageCoder
from tests.web.helpers import card, copied, find, lit, suggest, wait

NOTE = (
    "\U0001f600 He returns with hypertension, diabetic chronic kidney disease and\n"
    "kidney disease stage 3b. Done: injection of the knee with triamcinolone.\n"
    "Past: appendectomy. He declined the shingles vaccine. A colonoscopy is planned. He coughed."
)
OPERATION = "Procedure: cholecystectomy."


def group(page: WebDriver, title: str) -> list[tuple[str, list[str]]]:
    """The headings of a group, each with the codes under it."""
    [section] = find(page, f"section[aria-labelledby=group-{title}]")
    headings = [h.text.split("\n")[0] for h in section.find_elements(By.TAG_NAME, "h4")]
    lists = section.find_elements(By.CSS_SELECTOR, "h4 + ol")
    codes = [
        [c.text for c in one.find_elements(By.CSS_SELECTOR, ".card-head .code")] for one in lists
    ]
    return list(zip(headings, codes, strict=True))


def test_diagnoses_and_procedures_stand_apart_the_visit_first(page: WebDriver) -> None:
    suggest(page, NOTE)
    assert group(page, "reported") == [
        ("Diagnoses", ["E11.22", "I12.9", "N18.32"]),
        ("Procedures and services", ["99214-25", "20610-RT"]),
    ]
    assert group(page, "for-review") == [
        ("Diagnoses", ["R05.9"]),
        ("Procedures and services", ["J3301"]),
    ]
    assert "HCPCS" in card(page, "J3301").text
    # One unit goes without saying.
    assert [units.text.split()[-1] for units in find(page, ".units")] == ["4"]


def test_lines_are_copied_with_modifiers_and_units(page: WebDriver, address: str) -> None:
    suggest(page, NOTE)
    assert copied(page, address) == "E11.22\nI12.9\nN18.32\n99214-25\n20610-RT"


def test_a_procedure_points_at_the_diagnoses_it_is_for(page: WebDriver) -> None:
    suggest(page, NOTE)
    joint = card(page, "20610-RT")
    stage, diabetes = joint.find_elements(By.CLASS_NAME, "pointer")
    assert (stage.text, diabetes.text) == ("N18.32", "E11.22")
    ActionChains(page).move_to_element(stage).perform()
    assert [c.text.split()[1] for c in find(page, ".card.linked")] == ["N18.32"]
    assert lit(page) == "kidney disease stage 3b"
    ActionChains(page).move_to_element(joint.find_element(By.CLASS_NAME, "display")).perform()
    assert find(page, ".card.linked") == []
    assert lit(page) == "injection of the knee"
    diabetes.click()
    assert "E11.22" in page.switch_to.active_element.text
    assert find(page, ".card:not(.accept) .pointer, .card.review .supports") == []


def test_the_elements_of_a_visit_are_always_in_sight(page: WebDriver) -> None:
    suggest(page, NOTE)
    visit = card(page, "99214-25")
    rows = [row.text for row in visit.find_elements(By.CSS_SELECTOR, ".visit-table tbody tr")]
    assert [row.split()[0] for row in rows] == ["Problems", "Data", "Risk"]
    assert "two stable chronic conditions hypertension" in rows[0]
    limiting = visit.find_elements(By.CSS_SELECTOR, ".limiting th")
    assert [e.text for e in limiting] == ["Problems", "Risk"]
    assert "office-established. 99215 needs 2 more" in visit.text
    # The finding that says the same is not told twice.
    assert "limited by" not in page.find_element(By.ID, "output").text


def test_the_axes_of_a_code_are_told_in_full(page: WebDriver) -> None:
    suggest(page, OPERATION)
    resection = card(page, "0FT44ZZ")
    assert "ICD-10-PCS" in resection.text
    assert not resection.find_element(By.CLASS_NAME, "axes-table").is_displayed()
    resection.find_element(By.TAG_NAME, "summary").click()
    WebDriverWait(page, 5).until(lambda p: "Medical and Surgical" in card(p, "0FT44ZZ").text)
    rows = [row.text for row in resection.find_elements(By.CSS_SELECTOR, ".axes-table tbody tr")]
    assert len(rows) == 7
    assert rows[1] == "Body System F Hepatobiliary System and Pancreas"
    assert rows[3] == "Body Part 4 Gallbladder as the note says cholecystectomy"


@pytest.mark.parametrize(
    ("code", "chip", "why"),
    [
        ("44950", "done before", "It was done before this encounter."),
        ("90750", "not done", "It was declined or not done."),
        ("45378", "planned", "It is planned and has not been done."),
    ],
)
def test_what_was_not_done_says_so(page: WebDriver, code: str, chip: str, why: str) -> None:
    suggest(page, NOTE)
    text = card(page, code).text
    assert chip in text
    assert why in text
    assert f"CPT {code}" in text


def test_what_could_not_be_checked_is_one_line_until_opened(page: WebDriver) -> None:
    suggest(page, NOTE)
    folded = wait(page, ".unchecked")
    assert folded.text == (
        "Not checked: NCCI pairs, unit limits (MUE), coverage policies (LCD, NCD)"
    )
    assert [line.text.split()[0] for line in find(page, ".finding") if line.is_displayed()] == [
        "Warning",
        "Note",
    ]
    folded.find_element(By.TAG_NAME, "summary").click()
    assert "edit.not-checked" in folded.text
    page.find_element(By.ID, "edit").click()
    suggest(page, "He coughed.")
    WebDriverWait(page, 5).until(lambda p: find(p, ".unchecked") == [])


def test_what_is_known_of_the_visit_is_sent_only_where_it_is_set(
    page: WebDriver, coder: PageCoder
) -> None:
    suggest(page, "He coughed.")
    assert coder.asked[-1].encounter == Encounter()
    page.find_element(By.ID, "edit").click()
    Select(page.find_element(By.ID, "new_patient")).select_by_visible_text("Established")
    page.find_element(By.ID, "minutes").send_keys("40")
    suggest(page, "He coughed.")
    assert coder.asked[-1].encounter == Encounter(new_patient=False, minutes=40)
    wait(page, "#samples button").click()
    wait(page, "#output")
    assert coder.asked[-1].encounter == Encounter()


@pytest.mark.parametrize("minutes", ["-5", "2.5"])
def test_minutes_that_cannot_be_are_told_before_anything_is_sent(
    page: WebDriver, coder: PageCoder, minutes: str
) -> None:
    before = len(coder.asked)
    page.execute_script("document.getElementById('text').value = 'He coughed.'")
    page.find_element(By.ID, "minutes").send_keys(minutes)
    page.find_element(By.ID, "go").click()
    assert "The minutes cannot be used." in wait(page, "#error").text
    assert page.switch_to.active_element.get_attribute("id") == "minutes"
    assert len(coder.asked) == before


@pytest.mark.parametrize("note", [NOTE, OPERATION])
def test_nothing_is_wider_than_a_narrow_window(page: WebDriver, note: str) -> None:
    size(page, 390, 844)
    suggest(page, note)
    for summary in find(page, "summary"):
        page.execute_script("arguments[0].parentElement.open = true", summary)
    assert page.execute_script("return document.documentElement.scrollWidth") <= 390
