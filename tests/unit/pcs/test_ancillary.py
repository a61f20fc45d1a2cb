"""Imaging, endoscopy, samples, drugs, monitoring and support as ICD-10-PCS candidates."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from coding.errors import ConfigError, UnknownCode
from coding.pcs.ancillary import AncillaryGenerator
from coding.pcs.ancillary_codes import Completions
from coding.pcs.ancillary_words import Place, load_ancillary_words, parse_place
from coding.types import (
    Assertion,
    Candidate,
    Note,
    Reading,
    Scope,
    Setting,
    Span,
    System,
)
from tests.unit.rule_kit import FakeCodes

CODES = """
    009U3ZX 00B03ZX 07DR3ZX 07DQ3ZX 08J0XZZ 08J1XZZ 0BH17EZ 0DJD8ZZ 0FB00ZX 0FB03ZX 0FB03ZZ
    0HBHXZX 0HBJXZX 0TB03ZX 0TB13ZX 0TJB8ZZ 0VB03ZX 30233N1 3E0T33Z 3E0T3BZ 4A0204Z 4A02X4Z
    5A1D70Z 5A1D90Z 5A2204Z 6A551Z3 B02000Z B0200ZZ B020YZZ B020ZZZ B030Y0Z B030YZZ B030ZZZ
    B211YZZ B246ZZZ BF45ZZZ BN00ZZZ BN20ZZZ BP0GZZZ BP0HZZZ BQ07ZZZ BQ08ZZZ BT23ZZZ BT41ZZZ
    BT42ZZZ BT43ZZZ BV44ZZZ BW00ZZZ BW03ZZZ BW20ZZZ BW21YZZ BW21ZZZ BW24ZZZ BW25ZZZ BW28ZZZ
    BW2FZZZ BW2GZZZ BW30ZZZ BW3GZZZ BW40ZZZ BW41ZZZ BW4GZZZ CP1Z1ZZ CP1YYZZ CW3NYZZ DV000ZZ
    2W3CX1Z 2W3DX1Z 2W3CX2Z
""".split()  # noqa: SIM905


@dataclass(frozen=True)
class PcsCodes(FakeCodes):
    """A few dozen codes of ICD-10-PCS below the tables they are of."""

    system: System = System.ICD10PCS
    codes: tuple[str, ...] = tuple(CODES)

    def __contains__(self, value: str) -> bool:
        return value in self.codes or value in {code[:3] for code in self.codes}

    def children(self, value: str) -> tuple[str, ...]:
        if value not in self:
            raise UnknownCode(value)
        return tuple(code for code in self.codes if code[:3] == value)


GENERATOR = AncillaryGenerator(load_ancillary_words())


def reading_of(text: str, *scopes: Scope) -> Reading:
    """A reading with a sentence for each line and no sections."""
    sentences, start = [], 0
    for line in text.splitlines(keepends=True):
        sentences.append(Span(start, start + len(line)))
        start += len(line)
    return Reading(Note("n", text, Setting.INPATIENT), (), tuple(sentences), scopes)


def generate(text: str, *scopes: Scope) -> dict[str, Candidate]:
    found = GENERATOR.generate(reading_of(text, *scopes), PcsCodes())
    return {candidate.code.value: candidate for candidate in found}


def codes_of(text: str) -> set[str]:
    return set(generate(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A chest X-ray was clear.", "BW03ZZZ"),
        ("Plain radiograph of the abdomen: normal.", "BW00ZZZ"),
        ("Abdominal CT was done.", "BW20ZZZ"),
        ("CT of the abdomen and pelvis showed stones.", "BW21ZZZ"),
        ("Abdominopelvic computed tomography (CT) was normal.", "BW21ZZZ"),
        ("CT scan of chest, abdomen and pelvis.", "BW25ZZZ"),
        ("Thoraco-abdominal CT for staging.", "BW24ZZZ"),
        ("Abdominal and pelvic ultrasound was normal.", "BW41ZZZ"),
        ("Cranial MRI showed no bleed.", "B030ZZZ"),
        ("Magnetic resonance imaging (MRI) of the brain.", "B030ZZZ"),
        ("Renal ultrasound without stones.", "BT43ZZZ"),
        ("Ultrasound of the right kidney.", "BT41ZZZ"),
        ("X-ray of the left elbow.", "BP0HZZZ"),
        ("Doppler ultrasound of the scrotum.", "BV44ZZZ"),
        ("A PET-CT was requested.", "CW3NYZZ"),
        ("He received radiotherapy to the prostate.", "DV000ZZ"),
        ("Percutaneous liver biopsy was taken.", "0FB03ZX"),
        ("Biopsy of the left kidney.", "0TB13ZX"),
        ("Skin biopsy of the right thigh.", "0HBHXZX"),
        ("A plaster cast of the left wrist was applied.", "2W3DX1Z"),
        ("Colonoscopy to the cecum.", "0DJD8ZZ"),
        ("The electrocardiogram showed sinus rhythm.", "4A02X4Z"),
        ("She was started on hemodialysis.", "5A1D70Z"),
        ("Lumbar puncture gave clear fluid.", "009U3ZX"),
        ("Fundoscopy of the right eye.", "08J0XZZ"),
    ],
)
def test_a_wording_gives_its_code(text: str, code: str) -> None:
    assert code in codes_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "He walked 3 miles and felt well.",
        "Right bundle branch block was known.",
        "Granular casts were seen in the urine.",
        "Complete androgen blockade was begun.",
        "She told us about her cat.",
        "The chest and abdomen were normal.",
    ],
)
def test_what_is_no_procedure_gives_nothing(text: str) -> None:
    assert codes_of(text) == set()


def test_a_code_of_all_parts_replaces_those_of_each() -> None:
    found = codes_of("CT of the abdomen and pelvis.")
    assert not found & {"BW20ZZZ", "BW2GZZZ"}


def test_parts_without_a_common_code_are_coded_apart() -> None:
    assert codes_of("MRI of the abdomen and pelvis.") == {"BW30ZZZ", "BW3GZZZ"}
    assert codes_of("Abdominopelvic MRI.") == {"BW30ZZZ", "BW3GZZZ"}


def test_each_modality_keeps_its_own_parts() -> None:
    found = codes_of("X-ray of the chest and abdominal ultrasound were normal.")
    assert found == {"BW03ZZZ", "BW40ZZZ"}


def test_two_modalities_share_the_parts_of_one() -> None:
    found = generate("Brain CT and MRI were done.")
    assert found["B030ZZZ"].prior < found["B020ZZZ"].prior


def test_several_body_systems_are_proposed_with_different_priors() -> None:
    found = generate("CT of the head was normal.")
    assert found["BN20ZZZ"].prior > found["B020ZZZ"].prior > found["BW28ZZZ"].prior


def test_a_part_elsewhere_in_the_sentence_counts_little() -> None:
    beside = generate("CT of the abdomen.")["BW20ZZZ"]
    far = generate("A CT done later showed a mass in the abdomen.")["BW20ZZZ"]
    before = generate("The abdomen was tender.\nA CT was done.")["BW20ZZZ"]
    assert beside.prior > far.prior > before.prior


def test_far_parts_are_not_looked_for_where_words_mean_much_else() -> None:
    assert codes_of("A cast was discussed, the left wrist being sore.") == set()


def test_an_untold_side_gives_both_for_images_and_either_for_samples() -> None:
    assert codes_of("Renal ultrasound.") == {"BT43ZZZ"}
    either = generate("Kidney biopsy was taken.")
    assert set(either) == {"0TB03ZX", "0TB13ZX"}
    assert either["0TB03ZX"].prior < generate("Right kidney biopsy.")["0TB03ZX"].prior


def test_a_pair_of_organs_is_examined_on_both_sides_unless_told() -> None:
    assert codes_of("Fundoscopy was normal.") == {"08J0XZZ", "08J1XZZ"}
    assert codes_of("Fundus OS normal.") == {"08J1XZZ"}


def test_contrast_is_coded_where_it_is_named_and_not_denied() -> None:
    assert "B030YZZ" in codes_of("Brain MRI with gadolinium.")
    assert "B030ZZZ" in codes_of("Brain MRI without contrast.")


def test_short_forms_count_only_in_their_case() -> None:
    assert codes_of("US abdomen: normal.") == {"BW40ZZZ"}
    assert codes_of("She told us abdomen and chest hurt.") == set()


def test_fuller_wordings_win() -> None:
    assert "5A1D70Z" not in codes_of("Continuous renal replacement therapy was begun.")
    assert "5A1D90Z" in codes_of("Continuous renal replacement therapy was begun.")


def test_evidence_says_which_words_stand_for_which_axis() -> None:
    text = "Ultrasound of the right kidney."
    evidence = generate(text)["BT41ZZZ"].evidence
    assert [(e.quote, e.source) for e in evidence] == [
        ("Ultrasound", "axis:Type=Ultrasonography"),
        ("right", "axis:Body Part=right"),
        ("kidney", "axis:Body Part=kidney"),
    ]
    assert all(e.span.of(text) == e.quote for e in evidence)
    assert sum(e.weight for e in evidence) == pytest.approx(1)


def test_fixed_wordings_are_named_by_their_evidence() -> None:
    (evidence,) = generate("Colonoscopy was clear.")["0DJD8ZZ"].evidence
    assert (evidence.quote, evidence.source) == ("Colonoscopy", "procedure:colonoscopy")


def test_mentions_of_one_code_are_one_candidate() -> None:
    found = generate("ECG normal.\nECG repeated, unchanged.")["4A02X4Z"]
    assert len(found.evidence) == 2
    assert sum(e.weight for e in found.evidence) == pytest.approx(1)
    assert found.generators == ("pcs-ancillary",)


def test_negated_mentions_are_candidates_and_say_so() -> None:
    text = "No colonoscopy was done."
    scope = Scope(Assertion.NEGATED, Span(3, len(text)), Span(0, 2))
    (evidence,) = generate(text, scope)["0DJD8ZZ"].evidence
    assert evidence.assertions == (Assertion.NEGATED,)


def test_nothing_is_proposed_that_the_release_has_not() -> None:
    text = "Chest X-ray and colonoscopy."
    some = PcsCodes(codes=("0DJD8ZZ",))
    assert [c.code.value for c in GENERATOR.generate(reading_of(text), some)] == ["0DJD8ZZ"]
    assert GENERATOR.generate(reading_of(text), FakeCodes()) == ()


def test_an_empty_note_has_no_candidates() -> None:
    assert GENERATOR.generate(reading_of(""), PcsCodes()) == ()


def test_the_plainest_code_with_the_wanted_ending_completes_a_beginning() -> None:
    completions = Completions(PcsCodes())
    assert completions.complete("BW21") == "BW21ZZZ"
    assert completions.complete("BW21", contrast=True) == "BW21YZZ"
    assert completions.complete("0FB03", "X") == "0FB03ZX"


def test_a_retired_code_falls_back_to_its_body_part_and_no_further() -> None:
    completions = Completions(PcsCodes())
    assert completions.complete("5A1D00Z") == "5A1D70Z"
    assert completions.complete("5A1X00Z") is None
    assert completions.complete("XXX") is None
    assert completions.complete("") is None


def test_places_are_read_as_the_lists_write_them() -> None:
    assert parse_place("W0") == Place("W0", "W0", "W0")
    assert parse_place("T1/T2/T3") == Place("T1", "T2", "T3")
    assert parse_place("0/1/+") == Place("0", "1", "", pair=True)
    for wrong in ("", "T1/T2", "/T2/"):
        with pytest.raises(ConfigError):
            parse_place(wrong)
