"""What cues assert, and where what they assert ends: clinical English at large."""

from __future__ import annotations

from pathlib import Path

import pytest

from coding.types import Provenance, Span
from eval.negation import evaluate_negation
from tests.unit.reading_kit import read, reader, said_of

PROVENANCE = Provenance("test", "none", (), "0" * 64)

AFFIRMED = r"""
No change in [heart failure].|Not only [asthma] but gout.|[Diabetes] is not well controlled.
He has evidence of [pneumonia].|No doubt this is [gout].|Gram negative [sepsis].
Denies fever but has [cough].|No fever, except for [cough] at night.|Not taking drugs for [gout].
No fever. [Cough].|Tylenol No. 3 for [back pain].|No fever; [cough] since Monday.
CT without contrast shows [appendicitis].|No relief of his [back pain].
A two-day history of [vomiting].
Patient with a long history of [asthma].|History of chronic [kidney disease].
Come as soon as possible for your [gout].|Asthma, take as needed for his [wheezing].
Per his mother, [cough] since Monday.|Left in the care of his mother with [bruises].
His father is well. He has [gout].|Negative for fever, positive for [cough].
Unable to walk due to [gout].|Reports [cough].|No fever, but she reports [cough].
1) no fever, 2) [gout]
"""
NEGATED = r"""
No [fever].|No acute [distress].|in no acute [distress].|Denies [chest pain].|Denies any [rash].
Denies fever, chills or [cough].|No evidence of [pneumonia].|Is negative for [malaria].
(-) [fever].|(-) fever (-) [cough]|[Fever] (-).|[Malaria] was ruled out.|Ruled out for [MI].
[Fever]: no.|Genitourinary: no [dysuria] or frequency.|Skin: No [rash].|[Chest pain]: denies.
[Malaria] smear negative.|ROS negative for [rash].|CT was negative for [stroke].|Nor [fever].
Without [edema].|w/o [edema].|Never had [malaria].|She is not [diabetic].|He is not a [smoker].
He has not had [seizures].|I do not believe he has an [ulcer].|[Edema] is absent.|Absent [reflexes].
Free of [pain].|Lack of [edema].|There are no acute [fractures].|No other [rash].
She isn't [dizzy].|He doesn’t have [asthma].|[Nodes] not palpable.|Unaware of any [asthma].
EXTREMITIES:  NO [EDEMA] OR CYANOSIS.|No fever,\ncough or [chills].|None of the [wheezing].
No change in vision, hearing or [balance].|Not in any [distress].|Neither [cough] nor fever.
No history of [asthma].|No signs or symptoms of [stroke].
[Chest pain]: no\nFever: no|Chest pain: no\n[Fever]: no
"""
UNCERTAIN = """
Cannot rule out [pneumonia].|Not able to exclude [PE].|[PE] cannot be excluded.|Rule out [PE].
Possible [pneumonia].|Probable [flu] vs COVID.|Probable flu vs [COVID].|Suspected [sepsis].
Likely [gout].|This is likely [gout].|Questionable [fracture].|Consistent with [asthma].
Compatible with [measles].|Suggestive of [lupus].|Indicative of [anemia].|Appears to be [gout].
Concern for [sepsis].|[Stroke] versus seizure.|Stroke versus [seizure].|r/o [MI]|?[PE]
[Sepsis] is likely.|[Gout] is possible, given the tophi.|May be [gout].|The possibility of [lupus].
Unclear whether he has [gout].|Differential includes gout and [cellulitis].|Worrisome for [cancer].
Unable to rule out [stroke].|Presumed [sepsis].|Cultures for [gonorrhea] are pending.
Thinks she has [flu].|Possibilities include [polyp].|[Stroke] vs. seizure.
"""
HISTORICAL = """
s/p [MI].|Status post [stroke] in May.|History of [pneumonia].|h/o [DVT].|[Pneumonia], resolved.
[Rash] has resolved.|[Asthma] as a child.|Previous [stroke].|Had [measles] in the past.
[Gout] years ago.|Past medical history of [DVT].|[Diabetes] which resolved.
[Heartburn] was severe but resolved.|Used to have [headaches].
"""
HYPOTHETICAL = """
Return if [fever] develops.|Call for [bleeding].|Screening for [cancer].|At risk for [falls].
Risks include [infection].|Risks and benefits, including [bleeding], were discussed.
Risks including but not limited to [infection].|[DVT] prophylaxis.|Monitor for [sepsis].
Seek medical attention for [chest pain].|To prevent [stroke].|Should he develop [fever], call.
This drug can cause [rash].|Make sure that [infection] is treated.|Flu vaccine for [influenza].
"""
FAMILY = """
Family history of [breast cancer].|Mother had [diabetes].|His father died of [stroke].
[Colon cancer] in her aunt.|Sister with [lupus].|Mom was noted to have [anemia].
Brother is diabetic with [gout].|Family history is positive for [glaucoma].
"""
OTHER_PERSON = """
His wife has [flu].|Friends of his have had [heart attacks].|Exposed to [measles].
Her children are sick with [croup].|Sick contact with [strep].
"""


def cases(block: str) -> list[str]:
    """Sentences, one or several on a line, each with a mention in square brackets."""
    found = [s.strip() for line in block.strip().splitlines() for s in line.split("|")]
    return [s.replace("\\n", "\n") for s in found]


BLOCKS = {
    "affirmed": AFFIRMED,
    "negated": NEGATED,
    "uncertain": UNCERTAIN,
    "historical": HISTORICAL,
    "hypothetical": HYPOTHETICAL,
    "family": FAMILY,
    "other_person": OTHER_PERSON,
}


@pytest.mark.parametrize(
    ("assertion", "case"), [(a, c) for a, block in BLOCKS.items() for c in cases(block)]
)
def test_a_cue_asserts(assertion: str, case: str) -> None:
    before, mention, after = case.replace("]", "[").split("[")
    text = f"{before}{mention}{after}"
    start = len(before)
    found = read(text).assertions(Span(start, start + len(mention)))
    assert {a.value for a in found} == {assertion}


@pytest.mark.parametrize("assertion", sorted(set(BLOCKS) - {"affirmed"}))
def test_in_capitals_too(assertion: str) -> None:
    for case in cases(BLOCKS[assertion]):
        before, mention, after = case.upper().replace("]", "[").split("[")
        text = f"{before}{mention}{after}"
        found = read(text).assertions(Span(len(before), len(before) + len(mention)))
        assert {a.value for a in found} == {assertion}, text


def test_a_cue_reaches_no_further_than_its_sentence() -> None:
    assert said_of("No fever. Cough.", "Cough") == {"affirmed"}
    assert said_of("Denies fever\n- cough", "cough") == {"affirmed"}
    assert said_of("Cough.\nMalaria negative.", "Cough") == {"affirmed"}


def test_two_things_may_be_said_at_once() -> None:
    assert said_of("Family history is negative for gout.", "gout") == {"family", "negated"}
    assert said_of("FAMILY HISTORY: Negative for gout.", "gout") == {"family", "negated"}
    assert said_of("No history of gout.", "gout") == {"negated"}


@pytest.mark.shared
def test_negation_on_human_gold(shared_charts: Path) -> None:
    """The working half of the NegEx test kit; the other half is for reporting only."""
    kit = shared_charts.parent / "negation/negex_dev.tsv"
    result = evaluate_negation(kit, reader(), PROVENANCE, half="even")
    figures = {f.name: f.value for f in result.figures}
    assert len(result.judged) > 700
    assert (figures["f1"] or 0) >= 0.95
    assert (figures["precision"] or 0) >= 0.95
