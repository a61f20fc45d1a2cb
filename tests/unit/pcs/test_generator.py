"""Operations built axis by axis into ICD-10-PCS codes."""

from __future__ import annotations

import pytest

from codesets.release import Release
from coding.pcs.axes import Basis, axes_of, proof_steps
from coding.pcs.generator import PcsGenerator
from coding.protocols import CodeSystem
from tests.unit.pcs.conftest import Found
from tests.unit.reading_kit import read


@pytest.mark.parametrize(
    ("title", "codes"),
    [
        # Whole or part: Resection or Excision (B3.8).
        ("Laparoscopic left oophorectomy.", {"0UT14ZZ"}),
        ("Open partial left nephrectomy.", {"0TB10ZZ"}),
        ("Open left nephrectomy.", {"0TT10ZZ"}),
        # Names that stand for several codes.
        ("Total abdominal hysterectomy with laparotomy.", {"0UT90ZZ", "0UTC0ZZ"}),
        ("Laparoscopic bilateral salpingo-oophorectomy.", {"0UT24ZZ", "0UT74ZZ"}),
        # Mesh supplements, without it the wall is repaired.
        ("Open right inguinal hernia repair with mesh.", {"0YU50JZ"}),
        ("Open right inguinal hernia repair.", {"0YQ50ZZ"}),
        # A side without a value of its own for both gets a code each (B4.3).
        ("Bilateral total knee arthroplasty, cemented.", {"0SRC0J9", "0SRD0J9"}),
        # Biopsies are diagnostic excisions (B3.4a), several parts each a code (B3.2a).
        ("Open biopsies of liver and pancreas.", {"0FB00ZX", "0FBG0ZX"}),
        ("Open biopsy of the thyroid isthmus.", {"0GBJ0ZX"}),
        # What was taken out decides: matter, a device, a lesion.
        ("Cystoscopy with removal of ureteral stent.", {"0TP98DZ"}),
        ("Open removal of bladder stone.", {"0TCB0ZZ"}),
        ("Open excision of left breast mass.", {"0HBU0ZZ"}),
        # Fractures are moved back (B3.15), limbs detached.
        ("Open reduction and internal fixation of right tibia with plate.", {"0QSG04Z"}),
        ("Left below knee amputation.", {"0Y6J0Z1"}),
        # Levels of the spine.
        ("Posterior lumbar interbody fusion, L3 to L5.", {"0SG10AJ"}),
        ("Thoracic kyphoplasty, T11.", {"0PU43JZ"}),
        # Teeth by number.
        ("Extraction of teeth #3 and #30.", {"0CDWXZ1", "0CDXXZ1"}),
        # The wound of an excision is closed (B3.1b).
        ("Excisional biopsy of tongue with primary closure, open.", {"0CB70ZX"}),
        # Birth.
        ("Low transverse cesarean section.", {"10D00Z1"}),
        ("Repair of second degree perineal laceration.", {"0KQM0ZZ"}),
        # Names that no list has, put together from their stems.
        ("Open left ureteropexy.", {"0TS70ZZ"}),
        # A graft in a repair supplements it.
        ("Open repair of vagina with mesh.", {"0UUG0JZ"}),
        # Two names may share their last word.
        (
            "Open left inguinal hernia and left hydrocele repair.",
            {"0YQ60ZZ", "0VB70ZZ"},
        ),
        # A name without a body part of its own goes by the organ that stands beside it.
        ("Open suture of laceration of rectum.", {"0DQP0ZZ"}),
        ("Incision and drainage of penoscrotal abscess, open.", {"0V950ZZ"}),
        # Only limbs are detached.
        ("Open amputation of penis.", {"0VTS0ZZ"}),
        # A layer narrows a site.
        ("Excision of nevus of left forearm.", {"0HBEXZZ"}),
        # Lines.
        ("Right subclavian triple lumen catheter placement.", {"02HV33Z"}),
    ],
)
def test_a_title_gives_its_codes(found: Found, title: str, codes: set[str]) -> None:
    candidates = found(f"PROCEDURE PERFORMED: {title}\n")
    assert codes <= candidates.keys()
    best = sorted(candidates.values(), key=lambda c: -c.prior)[: len(codes)]
    assert {c.code.value for c in best} == codes


def test_the_description_tells_approach_and_device(found: Found) -> None:
    text = (
        "PROCEDURE PERFORMED: Appendectomy.\n"
        "DESCRIPTION OF PROCEDURE: A Veress needle was inserted and pneumoperitoneum made. Three "
        "trocars were placed. The appendix was divided with a stapler.\n"
    )
    assert "0DTJ4ZZ" in found(text)
    opened = text.replace("A Veress needle was inserted and pneumoperitoneum made. Three ", "A ")
    opened = opened.replace("trocars were placed", "McBurney incision was made")
    assert "0DTJ0ZZ" in found(opened)


def test_what_is_on_the_way_is_not_coded(found: Found) -> None:
    """Guidelines B3.1b and B3.11a."""
    text = (
        "PROCEDURE PERFORMED: 1. Exploratory laparotomy. 2. Open cholecystectomy.\n"
        "DESCRIPTION OF PROCEDURE: The patient was intubated. A midline incision was made. The "
        "gallbladder was removed. The fascia was repaired and the skin was sutured.\n"
    )
    codes = found(text)
    assert "0FT40ZZ" in codes
    assert not any(code.startswith(("0WJG", "0BH17E", "0HQ", "0JQ")) for code in codes)


def test_a_title_without_a_body_part_goes_by_the_diagnosis(found: Found) -> None:
    title = "PROCEDURE PERFORMED: Herniorrhaphy.\n"
    assert max(found(title).values(), key=lambda c: c.prior).code.value == "0WQF0ZZ"
    codes = found(f"POSTOPERATIVE DIAGNOSIS: Right inguinal hernia.\n{title}")
    assert max(codes.values(), key=lambda c: c.prior).code.value == "0YQ50ZZ"


def test_what_names_a_site_of_its_own_is_not_led_elsewhere(found: Found) -> None:
    drained = found("PROCEDURE PERFORMED: Open drainage of abscess of left forearm, near artery.\n")
    assert {code[:3] for code in drained} == {"0J9", "0H9"}
    mass = found("PROCEDURE PERFORMED: Open excision of mass of left forearm.\n")
    assert not any(code.startswith("0HB") for code in mass)
    alone = found("PROCEDURE PERFORMED: Open left inguinal hernia repair, hydrocele seen.\n")
    assert set(alone) == {"0YQ60ZZ"}


def test_words_of_titles_are_steps_elsewhere(found: Found) -> None:
    assert "0V990ZZ" in found("PROCEDURE PERFORMED: Open incision of right testis.\n")
    told = "DESCRIPTION OF PROCEDURE: An incision was made over the right testis.\n"
    assert not found(told)


def test_layers_closed_after_an_excision_are_no_repair(found: Found) -> None:
    """Guideline B3.1b."""
    codes = found("PROCEDURE PERFORMED: Excision of nevus of left cheek with layered closure.\n")
    assert "0HB1XZZ" in codes
    assert not any(code.startswith(("0HQ", "0JQ")) for code in codes)
    assert "0HQ1XZZ" in found("PROCEDURE PERFORMED: Layered closure of wound of left cheek.\n")


def test_names_of_morphology_count_less_than_ours(found: Found) -> None:
    made = found("PROCEDURE PERFORMED: Open left ureteropexy.\n")["0TS70ZZ"]
    ours = found("PROCEDURE PERFORMED: Open left nephropexy.\n")["0TS10ZZ"]
    assert made.prior < ours.prior
    assert any(piece.source.startswith("index:") for piece in made.evidence)


def test_every_axis_has_its_words_or_its_reason(found: Found) -> None:
    text = "PROCEDURE PERFORMED: Laparoscopic right oophorectomy.\n"
    candidate = found(text)["0UT04ZZ"]
    axes = axes_of(candidate)
    assert [axis.value for axis in axes] == list("T04ZZ")
    assert [axis.basis for axis in axes[:3]] == [Basis.DOCUMENTED] * 3
    assert {text[s.start : s.end] for s in axes[1].spans} == {"oophorectomy", "right"}
    assert {text[s.start : s.end] for s in axes[2].spans} == {"Laparoscopic"}
    assert sum(e.weight for e in candidate.evidence) == pytest.approx(1)
    assert all(e.quote == text[e.span.start : e.span.end] for e in candidate.evidence)
    steps = tuple(proof_steps(candidate))
    assert len(steps) == 5
    assert all(step.spans for step in steps)
    assert "B3.1a" in steps[0].source


def test_what_nothing_tells_is_marked(found: Found) -> None:
    axes = axes_of(found("PROCEDURE PERFORMED: Cholecystectomy.\n")["0FT44ZZ"])
    assert [a.name for a in axes if a.basis is Basis.UNDOCUMENTED] == ["Approach"]


def test_only_what_was_done_counts_fully(found: Found) -> None:
    denied = found("HOSPITAL COURSE: No laparoscopic cholecystectomy was performed.\n")
    done = found("HOSPITAL COURSE: Laparoscopic cholecystectomy was performed.\n")
    assert denied["0FT44ZZ"].prior < done["0FT44ZZ"].prior
    assert not found("FAMILY HISTORY: Mother had a cholecystectomy.\n")
    assert not found("PHYSICAL EXAMINATION: Abdomen with scar of cholecystectomy.\n")


def test_every_code_exists(found: Found, pcs: Release) -> None:
    text = "PROCEDURE: Excision of lesion of left forearm, repair of right hand tendon, EGD.\n"
    candidates = found(text)
    assert candidates
    assert all(pcs.billable(code) for code in candidates)
    assert all(0 < c.prior <= 1 for c in candidates.values())


def test_it_keeps_to_its_release(generator: PcsGenerator, icd10cm: CodeSystem) -> None:
    assert generator.generate(read("PROCEDURE: Appendectomy.\n"), icd10cm) == ()


def test_a_note_without_operations_gives_none(found: Found) -> None:
    assert not found("")
    assert not found("The patient slept well and ate breakfast.\n")
