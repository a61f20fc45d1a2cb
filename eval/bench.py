"""Speed and memory: `make bench`. Times stand beside two others taken in the same process.

One is a plain medspaCy pipeline: sectionizer, ConText and TargetMatcher over the same terms, with
its PyRuSH sentences, what one would build first. The other is one bare pass of the encoder
over the note's text. Figures are medians of REPEATS runs a note.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from codesets.lexicon import load_lexicon
from codesets.registry import default_index_dir
from coding.build import EngineConfig, artifact_of, build_coder
from coding.pipeline import Coder
from coding.terms import TermIndex, terms_path
from coding.types import CodingOptions, Note, Setting, System
from eval.bench_codesets import loading, look_up_ms, search_ms
from eval.charts import load_charts
from eval.harness import DIAGNOSES
from models.encoder import Encoder
from models.eyes import load_eyes

REPEATS = 3
WITH_PCS = CodingOptions(systems=(System.ICD10CM, System.ICD10PCS))
OWN_CHARTS = Path(__file__).parent / "gold" / "charts.jsonl"
SHARED_CHARTS = Path(__file__).parents[2] / "shared/data/notes/charts/aci_dev.jsonl"
_FIRST_ANSWER = """
import resource, sys, time
start = time.perf_counter()
from coding.build import build_coder
from eval.bench_codesets import loading, look_up_ms, search_ms
from eval.charts import load_charts
from pathlib import Path
coder = build_coder()
notes = [chart.note() for chart in load_charts(Path(sys.argv[1]))]
coder.code(notes[0])
first = time.perf_counter() - start
for note in notes:
    coder.code(note)
print(first, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value, its unit, the bar it must stay under.

    `ratio` is to plain medspaCy, `to_encoder` to one bare pass of the encoder.
    """

    name: str
    value: float
    unit: str
    bar: float | None = None
    ratio: float | None = None
    to_encoder: float | None = None

    @property
    def met(self) -> bool:
        """Whether the bar, if there is one, is met."""
        return self.bar is None or self.value < self.bar


def main(
    charts: Annotated[Path | None, typer.Argument(help="charts to time on")] = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="write the figures here")] = None,
    index_dir: Annotated[
        Path | None, typer.Option(help="indexes to time the code systems of, if not the default")
    ] = None,
) -> None:
    """Time coding and reading against a plain medspaCy pipeline, and show each bar beside."""
    console = Console()
    path = charts or (SHARED_CHARTS if SHARED_CHARTS.is_file() else OWN_CHARTS)
    notes = [chart.note() for chart in load_charts(path)]
    figures = list(_figures(path, notes, console))
    figures += _code_systems(index_dir or default_index_dir())
    console.print(_table(path, notes, figures))
    if json_out:
        json_out.write_text(json.dumps({f.name: f.value for f in figures}, indent=2) + "\n")


def _figures(path: Path, notes: Sequence[Note], console: Console) -> Iterator[Figure]:
    first_s, rss_mib = _cold_process(path)
    yield Figure("start to first answer", first_s, "s", 8)
    yield Figure("peak memory, all notes coded", rss_mib, "MiB", 1_000)
    coder = build_coder()
    plain = _plain_medspacy(console)
    encoder = _bare_encoder()
    ours, without, pcs, reads, theirs, bare = [], [], [], [], [], []
    coder.code(notes[0])
    coder.code(notes[0], WITH_PCS)
    plain(notes[0].text)
    for note in track(notes, "timing", console=console):
        alone, whole, with_pcs = _interleaved_ms(coder, note, (DIAGNOSES, None, WITH_PCS))
        without.append(alone)
        ours.append(whole)
        pcs.append(with_pcs)
        reads.append(_median_ms(lambda note=note: coder.reader.read(note)))  # type: ignore[misc]
        theirs.append(_median_ms(lambda note=note: plain(note.text)))  # type: ignore[misc]
        bare.append(_median_ms(lambda note=note: encoder.states([note.text])))  # type: ignore[misc]
    base, one_pass, own = (statistics.median(times) for times in (theirs, bare, ours))
    yield Figure("note, median", own, "ms", 250, own / base, own / one_pass)
    yield Figure(
        "note, 95th percentile", _p95(ours), "ms", 700, _p95(ours) / _p95(theirs),
        _p95(ours) / _p95(bare),
    )  # fmt: skip
    off = statistics.median(without)
    yield Figure("note, diagnoses alone, median", off, "ms")
    yield Figure("procedures asked for by default add", own - off, "ms", 40)
    yield Figure("ICD-10-PCS adds", statistics.median(pcs) - off, "ms", 40)
    yield Figure(
        "reading alone, median", statistics.median(reads), "ms", 60, statistics.median(reads) / base
    )
    yield Figure("plain medspaCy, median", base, "ms", None, 1.0)
    yield Figure("bare encoder pass, median", one_pass, "ms", None, one_pass / base, 1.0)
    yield from _linear(coder, notes)


def _code_systems(index_dir: Path) -> Iterator[Figure]:
    """What the loaded releases of all systems cost; load the official files first to see it all."""
    seconds, mib = loading(index_dir)
    yield Figure("all code systems, added to a warm start", seconds, "s", 2)
    yield Figure("all code systems, memory added", mib, "MiB", 300)
    yield Figure("look-up of a code, median", look_up_ms(index_dir), "ms", 1)
    yield Figure("search over all systems, slowest query", search_ms(index_dir), "ms", 50)


def _linear(coder: Coder, notes: Sequence[Note]) -> Iterator[Figure]:
    """Ten times the text in about ten times the time: the growth is in times per ten-fold."""
    text = "\n\n".join(note.text for note in notes)
    long = (text * (200_000 // len(text) + 1))[:200_000]
    times = []
    for size in (20_000, 200_000):
        note = Note(f"long-{size}", long[:size], Setting.OUTPATIENT)
        start = time.perf_counter()
        coder.code(note)
        times.append(time.perf_counter() - start)
    yield Figure("chart of 200,000 characters", times[1], "s")
    yield Figure("its time over that of 20,000 characters", times[1] / times[0], "x", 15)


def _cold_process(path: Path) -> tuple[float, float]:
    """Seconds to the first answer and peak MiB of a fresh process that codes every note."""
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_ANSWER, str(path)], capture_output=True, text=True, check=True
    )
    first, rss = done.stdout.split()
    return float(first), float(rss)


def _plain_medspacy(console: Console) -> Callable[[str], object]:
    """Load medspaCy as it comes, with every term of the index as a target."""
    import medspacy
    from medspacy.ner import TargetRule

    lexicon = load_lexicon()
    codes = build_coder().codesets.at(System.ICD10CM, None)
    index = TermIndex.load(terms_path(default_index_dir(), codes, lexicon))
    pipes = {
        "medspacy_pyrush",
        "medspacy_target_matcher",
        "medspacy_context",
        "medspacy_sectionizer",
    }
    pipeline = medspacy.load(medspacy_enable=pipes)
    rules = [TargetRule(index.term(i).text, "CODE") for i in range(len(index))]
    matcher = pipeline.get_pipe("medspacy_target_matcher")
    for chunk in track(range(0, len(rules), 2_000), "terms into medspaCy", console=console):
        matcher.add(rules[chunk : chunk + 2_000])
    return pipeline  # type: ignore[no-any-return]


def _bare_encoder() -> Encoder:
    config = EngineConfig()
    return load_eyes(artifact_of(config.ranker).manifest.base_model or "", config.threads).encoder


def _median_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1_000)
    return statistics.median(times)


def _interleaved_ms(
    coder: Coder, note: Note, asked: Sequence[CodingOptions | None]
) -> Sequence[float]:
    """The median time of a note for each request, taken in turns: a busy moment slows all alike."""
    times: list[list[float]] = [[] for _ in asked]
    for _ in range(REPEATS):
        for options, of_request in zip(asked, times, strict=True):
            start = time.perf_counter()
            coder.code(note, options)
            of_request.append((time.perf_counter() - start) * 1_000)
    return [statistics.median(of_request) for of_request in times]


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _table(path: Path, notes: Sequence[Note], figures: Sequence[Figure]) -> Table:
    size = statistics.median(len(note.text) for note in notes)
    table = Table(title=f"{path.name}: {len(notes)} notes, median {size:.0f} characters")
    for heading in ("figure", "value", "bar", "to medspaCy", "to encoder"):
        table.add_column(heading, justify="left" if heading == "figure" else "right")
    for f in figures:
        bar = "" if f.bar is None else f"[{'green' if f.met else 'red'}]< {f.bar:g} {f.unit}"
        ratio = "" if f.ratio is None else f"{f.ratio:.2f} x"
        passes = "" if f.to_encoder is None else f"{f.to_encoder:.2f} x"
        table.add_row(f.name, f"{f.value:.1f} {f.unit}", bar, ratio, passes)
    return table


if __name__ == "__main__":
    typer.run(main)
