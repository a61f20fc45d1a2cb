from coding.rules.validity import ValidCode
from coding.types import Draft
from tests.unit.rule_kit import CODES, read, reasons, suggest, values, words

TEXT = "Type 2 diabetes."


def test_a_header_is_not_billable_and_a_strange_code_not_valid() -> None:
    evidence = words(TEXT, "Type 2 diabetes")
    draft = Draft((suggest("E11", evidence), suggest("E99.9", evidence)))
    result = ValidCode().apply(draft, read(TEXT), CODES)
    assert reasons(result) == {"E11": "not_billable", "E99.9": "not_valid_on_date"}
    assert not result.suggestions


def test_a_billable_code_of_the_release_stays() -> None:
    draft = Draft((suggest("E11.9", words(TEXT, "Type 2 diabetes")),))
    assert ValidCode().apply(draft, read(TEXT), CODES) == draft
    assert values(draft) == ["E11.9"]
