"""Labels that look through the rules: a part that a rule makes into a gold code is right.

A note that supports hypertension and kidney disease is coded I12.9 (Section I.C.9.a of the
guidelines), by a rule that needs I10 to be proposed and accepted. A ranker taught that I10 is wrong
there would starve the rule.
"""

from __future__ import annotations

from collections.abc import Collection

_HYPERTENSIVE = ("I11", "I12", "I13")
_DIABETES = ("E08", "E09", "E10", "E11", "E13")


def leads_to(value: str, core: Collection[str]) -> bool:
    """Whether our rules make a code into one of the `core` codes of a note."""
    if value == "I10":
        return any(code.startswith(_HYPERTENSIVE) for code in core)
    if value[:3] in _DIABETES and value[3:] == ".9":
        return any(code.startswith(value[:3]) for code in core)
    return False
