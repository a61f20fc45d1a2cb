"""Made-up notes for a toy recipe: what is assessed is reported, what is only listed is not."""

from __future__ import annotations

import json
import random
from pathlib import Path

PROBLEMS = {
    "Gout": "M10.9",
    "Migraine": "G43.909",
    "Hypothyroidism": "E03.9",
    "Psoriasis": "L40.9",
    "Iron deficiency anemia": "D50.9",
    "Allergic rhinitis": "J30.9",
    "Generalized anxiety disorder": "F41.1",
    "Gastroesophageal reflux disease": "K21.9",
    "Fibromyalgia": "M79.7",
    "Rosacea": "L71.9",
}


def charts(count: int, seed: int) -> list[dict[str, object]]:
    """Charts in our form: two problems assessed, two others under past history."""
    rng = random.Random(seed)
    made = []
    for number in range(count):
        names = rng.sample(sorted(PROBLEMS), 4)
        text = "Past Medical History:\n"
        text += "".join(f"{name}, long ago.\n" for name in names[2:])
        text += "\nAssessment and Plan:\n"
        codes = []
        for place, name in enumerate(names[:2], 1):
            text += f"{place}. "
            start = len(text)
            text += name
            evidence = {"start": start, "end": len(text), "text": name}
            codes.append(
                {
                    "system": "ICD-10-CM",
                    "code": PROBLEMS[name],
                    "tier": "core",
                    "evidence": [evidence],
                }
            )
            text += rng.choice([". Continue treatment.\n", ". Stable, return in a month.\n"])
        made.append(
            {
                "id": f"toy-{seed}-{number}",
                "source": "toy",
                "split": "train",
                "specialty": "family medicine",
                "setting": "outpatient",
                "text": text,
                "codes": codes,
                "procedures": [],
                "not_coded": [],
                "queries": [],
            }
        )
    return made


def write(path: Path, made: list[dict[str, object]]) -> Path:
    """The charts as a JSONL file."""
    path.write_text("".join(f"{json.dumps(chart)}\n" for chart in made), encoding="utf-8")
    return path
