"""CARD.md: what a model is and how far to trust it, written from its manifest."""

from __future__ import annotations

from pathlib import Path

from models.artifact import Manifest

_TEMPLATE = """# Model card: {name} {version}

Made by `{recipe}` at commit {commit}, seed {seed}, over {codeset}.
{base}

| | |
|---|---|
| accepted from probability | {accept:.4f} |
| auto-accepted from probability | {auto} |
{metrics}

Fitted on: {data}. The charts' codes are machine-assisted and were not reviewed by a credentialed
coder. Attribution for their texts: ACI-BENCH (Yim et al. 2023, CC BY 4.0), MTSamples.

Suggestions support a coder; they do not replace one.
"""


def write_card(folder: Path, manifest: Manifest) -> None:
    """Write CARD.md beside the manifest."""
    auto = manifest.auto_threshold
    card = _TEMPLATE.format(
        name=manifest.name,
        version=manifest.version,
        recipe=manifest.recipe,
        commit=manifest.commit[:12],
        seed=manifest.seed,
        codeset=manifest.codeset,
        base=f"Base model: {manifest.base_model}." if manifest.base_model else "No base model.",
        accept=manifest.accept_threshold,
        auto="never: no threshold reached 95% precision" if auto is None else f"{auto:.4f}",
        metrics="\n".join(
            f"| {k.replace('_', ' ')} | {v:g} |" for k, v in manifest.metrics.items()
        ),
        data=", ".join(manifest.data),
    )
    (folder / "CARD.md").write_text(card)
