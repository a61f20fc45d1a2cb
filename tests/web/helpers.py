"""What the tests of the page do with a browser."""

from __future__ import annotations

import json
import time

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait


def find(page: WebDriver, selector: str) -> list[WebElement]:
    return page.find_elements(By.CSS_SELECTOR, selector)


def texts(page: WebDriver, selector: str) -> list[str]:
    return [element.text for element in find(page, selector)]


def wait(page: WebDriver, selector: str) -> WebElement:
    def shown(browser: WebDriver) -> WebElement | bool:
        return next((e for e in find(browser, selector) if e.is_displayed()), False)

    found = WebDriverWait(page, 10).until(shown)
    assert isinstance(found, WebElement)
    return found


def write(page: WebDriver, text: str) -> None:
    page.execute_script("document.getElementById('text').value = arguments[0]", text)


def suggest(page: WebDriver, text: str) -> None:
    write(page, text)
    page.find_element(By.ID, "go").click()
    wait(page, "#output")


def card(page: WebDriver, code: str) -> WebElement:
    return next(c for c in find(page, ".card") if code in c.text)


def lit(page: WebDriver) -> str:
    return "".join(texts(page, "#marked .active"))


def download(page: WebDriver) -> None:
    folder = page.download_folder  # type: ignore[attr-defined]
    for old in folder.glob("*.json"):
        old.unlink()
    page.find_element(By.ID, "download").click()


def downloaded(page: WebDriver) -> dict[str, object]:
    file = page.download_folder / "chartcode-result.json"  # type: ignore[attr-defined]
    end = time.monotonic() + 10
    while not file.exists():
        assert time.monotonic() < end, "nothing was downloaded"
        time.sleep(0.05)
    said = json.loads(file.read_text("utf-8"))
    assert isinstance(said, dict)
    return said


def copied(page: WebDriver, address: str) -> str:
    """What lies on the clipboard after the button that copies."""
    page.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"origin": address, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    page.find_element(By.ID, "copy").click()
    WebDriverWait(page, 5).until(lambda p: p.find_element(By.ID, "copy").text == "Copied")
    return str(page.execute_async_script("navigator.clipboard.readText().then(arguments[0])"))
