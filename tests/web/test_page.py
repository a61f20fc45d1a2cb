from __future__ import annotations

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.web import helpers
from tests.web.conftest import size
from tests.web.helpers import card, copied, download, downloaded, find, lit, texts, wait, write

NOTE = (
    "\U0001f468\u200d\u2695\ufe0f Seen today \U0001f600.\n"
    "Man with diabetic chronic kidney disease stage 3b, hypertension. He coughed.\n"
    "Denies chest pain. Possible pulmonary embolism <b>&amp;</b>."
)


def suggest(page: WebDriver, text: str = NOTE) -> None:
    helpers.suggest(page, text)


def test_the_page_says_that_it_is_ready(page: WebDriver) -> None:
    assert "ICD-10-CM 2026-04" in wait(page, "#status[data-state=ready]").text
    assert "do not replace one" in page.find_element(By.CLASS_NAME, "notice").text


def test_a_sample_is_one_click_away(page: WebDriver) -> None:
    wait(page, "#samples button")
    samples = find(page, "#samples button")
    assert len(samples) == 4
    samples[0].click()
    wait(page, "#output")
    assert "E11.22" in texts(page, ".card.accept .code")


def test_codes_stand_in_claim_order_and_the_uncertain_apart(page: WebDriver) -> None:
    suggest(page)
    assert texts(page, ".card.accept .code") == ["E11.22", "I12.9", "N18.32"]
    assert "R05.9" in texts(page, ".card.review .code")
    first = card(page, "E11.22").text
    assert "Accept" in first
    assert "First-listed" in first
    assert "93%" in first
    assert "affirmed" in first


def test_what_was_not_coded_is_explained_in_plain_words(page: WebDriver) -> None:
    suggest(page)
    assert "The note says it is absent." in card(page, "R07.9").text
    assert "not confirmed" in card(page, "I26.99").text
    assert texts(page, "#marked .rejected") == ["chest pain", "pulmonary embolism"]


def test_highlights_are_right_after_emoji_and_the_note_is_shown_as_it_is(page: WebDriver) -> None:
    suggest(page)
    shown = page.execute_script("return document.getElementById('marked').textContent")
    assert shown == NOTE
    assert texts(page, "#marked .review") == ["coughed"]
    assert "".join(texts(page, "#marked .accept")) == (
        "diabetic chronic kidney disease stage 3bhypertension"
    )


def test_a_code_lights_up_its_words(page: WebDriver) -> None:
    suggest(page)
    ActionChains(page).move_to_element(card(page, "E11.22")).perform()
    assert lit(page) == "diabetic chronic kidney disease"
    ActionChains(page).move_to_element(page.find_element(By.TAG_NAME, "h1")).perform()
    assert lit(page) == ""
    page.execute_script("arguments[0].focus()", card(page, "N18.32"))
    assert lit(page) == "kidney disease stage 3b"


def test_a_code_brings_its_words_into_sight(page: WebDriver) -> None:
    suggest(page, "Line.\n" * 300 + "He has hypertension.")
    page.execute_script("arguments[0].focus()", card(page, "I12.9"))
    assert page.find_element(By.CSS_SELECTOR, "#marked .active").is_displayed()
    inside = page.execute_script(
        "const box = document.getElementById('marked').getBoundingClientRect();"
        "const mark = document.querySelector('#marked .active').getBoundingClientRect();"
        "return box.top <= mark.top && mark.bottom <= box.bottom"
    )
    assert inside


def test_words_lead_to_their_code(page: WebDriver) -> None:
    suggest(page)
    find(page, "#marked .rejected")[0].click()
    assert "R07.9" in page.switch_to.active_element.text


def test_the_proof_opens(page: WebDriver) -> None:
    suggest(page)
    chain = card(page, "E11.22").find_element(By.TAG_NAME, "details")
    assert "tabular" not in chain.text
    chain.find_element(By.TAG_NAME, "summary").click()
    assert "tabular" in chain.text
    assert "ICD-10-CM 2026-04" in chain.text


def test_findings_questions_and_provenance_are_shown(page: WebDriver) -> None:
    suggest(page)
    warning, note = texts(page, ".finding")
    assert "a release has ended" in warning
    assert "presumed related" in note
    assert "Please document the stage" in page.find_element(By.ID, "output").text
    assert "fake" in page.find_element(By.ID, "provenance").text


def test_the_keyboard_is_enough(page: WebDriver) -> None:
    box = page.find_element(By.ID, "text")
    box.send_keys("He coughed.")
    box.send_keys(Keys.CONTROL, Keys.ENTER)
    wait(page, "#output")
    ActionChains(page).send_keys(Keys.TAB * 4).perform()
    assert "R05.9" in page.switch_to.active_element.text
    assert lit(page) == "coughed"


def test_the_setting_and_date_are_sent(page: WebDriver) -> None:
    page.find_element(By.CSS_SELECTOR, "input[value=inpatient]").click()
    page.execute_script("document.getElementById('service_date').value = '2026-05-01'")
    suggest(page)
    download(page)
    said = downloaded(page)
    assert (said["setting"], said["claim"]) == ("inpatient", "facility")
    assert said["service_date"] == "2026-05-01"


def test_the_codes_are_copied(page: WebDriver, address: str) -> None:
    suggest(page)
    assert copied(page, address) == "E11.22\nI12.9\nN18.32"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("   ", "There is no note yet."),
        ("break down", "The note could not be coded."),
        ("a" * 1_000_001, "The note is too long."),
    ],
)
def test_errors_are_told_and_the_note_is_kept(page: WebDriver, text: str, said: str) -> None:
    write(page, text)
    page.find_element(By.ID, "go").click()
    assert said in wait(page, "#error").text
    assert page.find_element(By.ID, "go").is_enabled()
    kept = page.execute_script("return document.getElementById('text').value")
    assert kept == text
    suggest(page)
    assert find(page, "#error")[0].is_displayed() is False


def test_old_codes_are_marked_when_the_settings_change(page: WebDriver) -> None:
    suggest(page)
    assert not page.find_element(By.ID, "stale").is_displayed()
    page.find_element(By.CSS_SELECTOR, "input[value=emergency]").click()
    assert page.find_element(By.ID, "stale").is_displayed()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_nothing_is_wider_than_the_window(page: WebDriver, width: int, height: int) -> None:
    size(page, width, height)
    for fill in (lambda: None, lambda: suggest(page, NOTE + "x" * 500)):
        fill()
        assert page.execute_script("return document.documentElement.scrollWidth") <= width


def test_every_control_has_a_name(page: WebDriver) -> None:
    controls = "button, input, select, textarea, [role=region]"
    for fill in (lambda: None, lambda: suggest(page)):
        fill()
        for control in filter(WebElement.is_displayed, find(page, controls)):
            assert control.accessible_name, control.get_attribute("outerHTML")
