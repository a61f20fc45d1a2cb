"""What each character of an ICD-10-PCS code means, axis by axis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from codesets.loaders.pcs_xml import Tables
from coding.types import Axis

AXES = "axes.json"
SECTIONS = {
    "0": "Medical and Surgical",
    "1": "Obstetrics",
    "2": "Placement",
    "3": "Administration",
    "4": "Measurement and Monitoring",
    "5": "Extracorporeal or Systemic Assistance and Performance",
    "6": "Extracorporeal or Systemic Therapies",
    "7": "Osteopathic",
    "8": "Other Procedures",
    "9": "Chiropractic",
    "B": "Imaging",
    "C": "Nuclear Medicine",
    "D": "Radiation Therapy",
    "F": "Physical Rehabilitation and Diagnostic Audiology",
    "G": "Mental Health",
    "H": "Substance Abuse Treatment",
    "X": "New Technology",
}
_SURGICAL = "Body System|Operation|Body Part|Approach|Device|Qualifier"
_REGIONAL = "Anatomical Regions|Operation|Body Region|Approach|Method|Qualifier"
_MENTAL = "Body System|Type|Qualifier|Qualifier|Qualifier|Qualifier"
_NAMED = {
    "0": _SURGICAL,
    "1": _SURGICAL.replace("Body System", "Pregnancy"),
    "2": "Anatomical Regions|Operation|Body Region|Approach|Device|Qualifier",
    "3": "Physiological System|Operation|Body System or Region|Approach|Substance|Qualifier",
    "4": "Physiological System|Operation|Body System|Approach|Function or Device|Qualifier",
    "5": "Physiological System|Operation|Body System|Duration|Function|Qualifier",
    "6": "Physiological System|Operation|Body System|Duration|Qualifier|Qualifier",
    "7": _REGIONAL,
    "8": _REGIONAL.replace("Anatomical Regions", "Physiological System"),
    "9": _REGIONAL,
    "B": "Body System|Type|Body Part|Contrast|Qualifier|Qualifier",
    "C": "Body System|Type|Body Part|Radionuclide|Qualifier|Qualifier",
    "D": "Body System|Modality|Treatment Site|Modality Qualifier|Isotope|Qualifier",
    "F": "Section Qualifier|Type|Body System and Region|Type Qualifier|Equipment|Qualifier",
    "G": _MENTAL,
    "H": _MENTAL,
    "X": "Body System|Operation|Body Part|Approach|Device, Substance or Technology|Qualifier",
}
# The names of the axes by (section, position), where no tables are loaded.
NAMES: Mapping[tuple[str, int], str] = {
    (section, position): name
    for section, names in _NAMED.items()
    for position, name in enumerate(("Section", *names.split("|")), 1)
}


@dataclass(frozen=True, slots=True)
class AxisLabels:
    """Labels by (table, position, character), names and definitions as of pcs_xml.Tables."""

    labels: Mapping[tuple[str, int, str], str] = field(default_factory=dict)
    names: Mapping[tuple[str, int], str] = field(default_factory=lambda: dict(NAMES))
    definitions: Mapping[tuple[str, int, str], str] = field(default_factory=dict)

    def of(self, value: str) -> tuple[Axis, ...]:
        """The axes of a code, or of its beginning."""
        table = value[:3]
        axes = []
        for position, character in enumerate(value, 1):
            label = self.labels.get((table, position, character))
            if position == 1:
                label = SECTIONS.get(character)
            name = self.names.get((value[0], position), f"Character {position}")
            definition = self.definitions.get((value[0], position, label or ""), "")
            axes.append(Axis(name, character, label, definition))
        return tuple(axes)

    def joined(self, tables: Tables) -> AxisLabels:
        """These with what loaded tables say in their place."""
        return AxisLabels(
            {**self.labels, **tables.labels},
            {**self.names, **tables.names},
            {**self.definitions, **tables.definitions},
        )

    def defined(self, definitions: Mapping[tuple[str, int, str], str]) -> AxisLabels:
        """These with further definitions."""
        return AxisLabels(self.labels, self.names, {**self.definitions, **definitions})

    def headed(self, headers: Iterable[tuple[str, str]]) -> AxisLabels:
        """These with the labels that table headers name: "Heart and Great Vessels, Bypass"."""
        labels = dict(self.labels)
        for stem, title in headers:
            system, comma, operation = title.rpartition(", ")
            if comma:
                labels.setdefault((stem, 2, stem[1]), system)
                labels.setdefault((stem, 3, stem[2]), operation)
        return AxisLabels(labels, self.names, self.definitions)

    def table_title(self, stem: str) -> str:
        """How order files title a table: body system, operation."""
        parts = [self.labels.get((stem, n, stem[n - 1])) for n in (2, 3)]
        return ", ".join(part for part in parts if part) or f"Table {stem}"

    def system_title(self, value: str) -> str:
        """The body system of a code's table."""
        return self.labels.get((value[:3], 2, value[1])) or f"Body system {value[1]}"

    def to_json(self) -> Mapping[str, Mapping[str, str]]:
        """As JSON keeps it."""
        return {
            "labels": {f"{t}|{p}|{c}": label for (t, p, c), label in self.labels.items()},
            "names": {f"{s}|{p}": name for (s, p), name in self.names.items()},
            "definitions": {f"{s}|{p}|{v}": text for (s, p, v), text in self.definitions.items()},
        }

    @classmethod
    def from_json(cls, content: Mapping[str, object]) -> AxisLabels:
        """What `to_json` gave; nothing but the standard names of an empty mapping."""
        if not content:
            return cls()
        labels, names, definitions = (
            _strings(content[key]) for key in ("labels", "names", "definitions")
        )
        return cls(
            {_triple(key): text for key, text in labels.items()},
            {(key.split("|")[0], int(key.split("|")[1])): text for key, text in names.items()},
            {_triple(key): text for key, text in definitions.items()},
        )


def _triple(key: str) -> tuple[str, int, str]:
    first, position, last = key.split("|", 2)
    return first, int(position), last


def _strings(value: object) -> dict[str, str]:
    assert isinstance(value, dict)
    return {str(key): str(text) for key, text in value.items()}
