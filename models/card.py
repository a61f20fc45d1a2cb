"""CARD.md: what a model is and how far to trust it, written from its manifest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from models.artifact import Manifest

_ABOUT_LABELS = (
    "The codes of our charts are machine-assisted and were not reviewed by a credentialed coder.\n"
    "Suggestions support a coder; they do not replace one."
)


def write_card(folder: Path, manifest: Manifest) -> None:
    """Write CARD.md beside the manifest."""
    (folder / "CARD.md").write_text(card_of(manifest), encoding="utf-8")


def card_of(manifest: Manifest) -> str:
    """The card as Markdown."""
    return "\n".join(_lines(manifest)) + "\n"


def _lines(manifest: Manifest) -> Iterator[str]:
    yield f"# Model card: {manifest.name} {manifest.version}"
    yield ""
    base = f"over {manifest.base_model}" if manifest.base_model else "without a base model"
    article = "An" if manifest.kind == "encoder" else "A"
    made = f"made by {manifest.recipe} {base}, at commit {manifest.commit[:12]}"
    yield f"{article} {manifest.kind} {made},"
    yield f"seed {manifest.seed}, on {manifest.trained_with}, for {manifest.codeset}."
    yield ""
    yield "| | |"
    yield "|---|---|"
    if manifest.accept_threshold is not None:
        auto = manifest.auto_threshold
        yield f"| accepted from probability | {manifest.accept_threshold:.4f} |"
        never = "never: no threshold was shown to reach 95% precision"
        yield f"| accepted without a look from | {never if auto is None else f'{auto:.4f}'} |"
    for name, value in manifest.calibration.items():
        yield f"| calibration: {name} | {value:g} |"
    for name, value in manifest.metrics.items():
        yield f"| {name.replace('_', ' ')} | {value:g} |"
    yield ""
    yield f"Fitted on: {', '.join(manifest.data)}."
    if manifest.kind == "ranker":
        yield _ABOUT_LABELS
    if manifest.attributions:
        yield ""
        yield "Attributions:"
        yield ""
        yield from (f"- {attribution}" for attribution in manifest.attributions)
