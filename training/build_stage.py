"""The `build` stage of a ranker: gold notes -> examples.npz and the counts of phrases."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import track

from coding.build import EngineConfig, build_coder
from coding.errors import ConfigError, InputError
from coding.pipeline import Coder
from coding.types import System
from eval.codiesp_profile import in_2018
from models.artifact import load_named
from models.dense_generator import DenseGenerator
from models.eyes import Eyes, load_eyes
from models.phrases import PhraseTable
from models.suggest import Thresholds
from training.arrays import EXAMPLES, NEGATIVE, POSITIVE, join
from training.examples import Builder, Chart
from training.outcomes import Scored
from training.recipe import RankerRecipe, Source
from training.sources import Labelled, from_charts, from_codiesp, from_csv, from_mdace

PHRASES = "phrases.npz"
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Workshop:
    """The parts that read and search notes for a recipe, with the gold they work on."""

    coder: Coder
    eyes: Eyes
    builder: Builder
    gold: tuple[Labelled, ...]
    start: PhraseTable


def open_workshop(recipe: RankerRecipe, console: Console, engine: EngineConfig) -> Workshop:
    """Load gold and parts. Raises: InputError for gold that cannot be used, ArtifactError."""
    gold = load_gold(recipe)
    eyes = load_eyes(recipe.encoder, engine.threads)
    # Reader, rules and code sets; who ranks comes with the folds.
    coder = build_coder(engine, ranker=Scored({}, Thresholds(1.0, None)))
    codes = coder.codesets.at(System.ICD10CM, None)
    every_mention = recipe.style == "every-mention"
    builder = Builder(
        read=lambda labelled: coder.reader.read(labelled.note),
        named=lambda reading: coder.candidates(reading, codes),
        last=(DenseGenerator(eyes.encoded, eyes.wordings),),
        codes=codes,
        encoded=eyes.encoded,
        wordings=eyes.wordings,
        every_mention=every_mention,
        printed_as=in_2018 if every_mention else str,
    )
    unknown = Counter(c for one in gold for c in one.core if c not in codes)
    if unknown:
        named = ", ".join(f"{code} ({n})" for code, n in unknown.most_common(_SHOWN))
        console.print(
            f"{len(unknown)} gold codes are not in ICD-10-CM {codes.release} and count as missed: "
            f"{named}{' ...' if len(unknown) > _SHOWN else ''}"
        )
    start = PhraseTable({}, {})
    if recipe.start is not None:
        start = PhraseTable.from_bytes(load_named(recipe.start).contents["phrases.npz"])
    return Workshop(coder, eyes, builder, gold, start)


def build(recipe: RankerRecipe, work: Path, console: Console, engine: EngineConfig) -> None:
    """Write examples.npz and phrases.npz into the work folder.

    Raises: InputError where the gold has one class only, as the sources do otherwise.
    """
    shop = open_workshop(recipe, console, engine)
    table = count_phrases(shop, console)
    parts = (shop.builder.arrays(chart, table) for chart in charts(shop, table, console))
    examples = join(parts)
    for label, what in ((POSITIVE, "right"), (NEGATIVE, "wrong")):
        if not (examples.labels == label).any():
            raise InputError(
                f"no candidate in {len(examples)} notes is {what}: there is nothing to tell apart; "
                "check that the notes and codes belong together",
                field="sources",
            )
    examples.save(work / EXAMPLES)
    (work / PHRASES).write_bytes(table.pruned().to_bytes())
    found = int((examples.labels == POSITIVE).sum())
    console.print(
        f"{len(examples)} notes with {int(examples.gold.sum())} gold codes: "
        f"{len(examples.labels)} candidates, {found} of them right"
    )


def count_phrases(shop: Workshop, console: Console) -> PhraseTable:
    """What all notes count, on top of what the recipe starts from."""
    seen = Counter(shop.start.seen)
    reported: dict[int, Counter[str]] = defaultdict(Counter)
    for key, of_key in shop.start.reported.items():
        reported[key].update(of_key)
    for labelled in track(shop.gold, "counting phrases", console=console, transient=True):
        own = shop.builder.count(labelled, shop.builder.read(labelled))
        seen.update(own.seen)
        for key, of_key in own.reported.items():
            reported[key].update(of_key)
    return PhraseTable(seen, reported)


def charts(shop: Workshop, table: PhraseTable, console: Console) -> Iterator[Chart]:
    """Every note read and searched as in service, its own phrases left out."""
    for labelled in track(shop.gold, "reading notes", console=console, transient=True):
        yield shop.builder.chart(labelled, table)


def load_gold(recipe: RankerRecipe) -> tuple[Labelled, ...]:
    """The notes of all sources, each with an id of its own.

    Raises: InputError where there are too few notes for the folds, or none has a code; as the
    sources do.
    """
    gold = [labelled for source in recipe.sources for labelled in _read(source)]
    if len(gold) < recipe.folds:
        raise InputError(
            f"{len(gold)} notes cannot be parted into {recipe.folds} folds", field="sources"
        )
    if not any(labelled.core for labelled in gold):
        raise InputError("no note has a code to be found", field="sources")
    return tuple(
        replace(one, note=replace(one.note, id=str(number))) for number, one in enumerate(gold)
    )


def _read(source: Source) -> Iterator[Labelled]:
    if source.form == "mdace":
        if source.noteevents is None:
            raise ConfigError("a source of form mdace needs noteevents", field="sources.noteevents")
        return from_mdace(source.path, source.noteevents)
    if source.form == "codiesp":
        return from_codiesp(source.path, source.split)
    forms: dict[str, Callable[[Path], Iterator[Labelled]]] = {
        "charts": from_charts,
        "csv": from_csv,
    }
    return forms[source.form](source.path)
