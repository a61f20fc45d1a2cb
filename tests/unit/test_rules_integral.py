import pytest

from coding.rules._draft import Prefixes
from coding.rules.integral import IntegralSymptom
from coding.types import Decision, Draft
from tests.unit.rule_kit import CODES, KNOWLEDGE, read, reasons, suggest, words

RULE = IntegralSymptom(Prefixes(KNOWLEDGE.integral))


def test_a_symptom_of_an_accepted_diagnosis_goes() -> None:
    text = "Cough. Pneumonia."
    draft = Draft((suggest("R05.9", words(text, "Cough")), suggest("J18.9", words(text, "Pneum"))))
    assert reasons(RULE.apply(draft, read(text), CODES)) == {"R05.9": "integral"}


def test_a_symptom_stays_without_its_diagnosis_or_beside_a_doubtful_one() -> None:
    text = "Cough. Pneumonia. Reflux."
    cough = suggest("R05.9", words(text, "Cough"))
    doubtful = suggest("J18.9", words(text, "Pneumonia"), decision=Decision.REVIEW)
    reflux = suggest("K21.9", words(text, "Reflux"))
    draft = Draft((cough, doubtful, reflux))
    assert RULE.apply(draft, read(text), CODES) == draft


@pytest.mark.parametrize(
    ("text", "goes"),
    [
        ("Chest pain due to reflux.", True),
        ("Chest pain, likely secondary to reflux.", True),
        ("Chest pain consistent with reflux.", True),
        ("Chest pain not due to reflux.", False),
        ("Chest pain and reflux.", False),
        ("Reflux from chest pain.", False),
        ("Chest pain due to effort. Also reflux.", False),
    ],
)
def test_the_note_itself_names_the_cause(text: str, goes: bool) -> None:
    low = text.lower()
    draft = Draft(
        (suggest("R07.9", words(low, "chest pain")), suggest("K21.9", words(low, "reflux")))
    )
    result = RULE.apply(draft, read(low), CODES)
    assert reasons(result) == ({"R07.9": "integral"} if goes else {})
