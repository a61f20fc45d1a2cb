"""Configuration -> Coder: the only place that chooses implementations."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from codesets.build import build_index
from codesets.icd11.crosswalks import Crosswalks
from codesets.lexicon import Lexicon, load_lexicon
from codesets.load import Loaded, Order, load
from codesets.policies.look_up import load_policies
from codesets.registry import default_index_dir, load_registry
from codesets.release import Release
from codesets.store import read_release
from coding.candidates import LexicalGenerator
from coding.claims import known_modifiers
from coding.errors import CodeSetMissing, ConfigError
from coding.pcs.ancillary import AncillaryGenerator
from coding.pcs.ancillary_words import load_ancillary_words
from coding.pcs.generator import PcsGenerator
from coding.pcs.rule import UndocumentedAxis
from coding.pipeline import Coder, Crosswalker, Decider
from coding.procedures.measured import MeasuredGenerator
from coding.procedures.rules import procedure_rules
from coding.procedures.wordings import WordingGenerator
from coding.protocols import CandidateGenerator, CodeSystem, CodeSystems, Ranker, Rule
from coding.reading import MedspacyReader
from coding.rules import standard_rules
from coding.terms import TermIndex, build_terms, terms_path
from coding.to_json import dumps
from coding.types import System
from models.artifact import Artifact, load_artifact, read_artifact
from models.dense_generator import DenseGenerator
from models.eyes import load_eyes
from models.inputs import input_hashes, require_inputs, trained_inputs
from models.lexical_ranker import LexicalRanker
from models.phrase_generator import PhraseGenerator
from models.phrases import PhraseTable
from models.procedure_phrases import ProcedurePhrases
from models.procedure_ranker import ProcedureRanker, visit_agreement_of
from models.trained_ranker import TrainedRanker

LEXICAL, TRAINED = "lexical", "trained"
RANKERS = (TRAINED, LEXICAL)
PROCEDURES = "procedures"
LEXICAL_VERSION = TRAINED_VERSION = PROCEDURES_VERSION = "1"


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """Settings of the engine.

    `index_dir` holds the built code-set indexes (None: share/chartcode in the environment);
    `ranker` names who decides: trained, lexical, or the folder of an artifact that `chartcode
    train` wrote; `procedures` who decides on what was done: procedures, or such a folder; the
    encoder runs on `encoder_threads` (0: one a core, four at most);
    without `cpt` no CPT code is known; with `licensed_text` the titles of a licensee's CPT release
    go into results, else our wording of them; `max_note_chars` is in code points; the reader drops
    the words it has learnt after `rebuild_after_notes` notes.
    """

    index_dir: Path | None = None
    ranker: str = TRAINED
    procedures: str = PROCEDURES
    encoder_threads: int = 0
    cpt: bool = True
    licensed_text: bool = False
    max_note_chars: int = 1_000_000
    rebuild_after_notes: int = 2_000

    @property
    def threads(self) -> int:
        """Threads of the encoder."""
        return self.encoder_threads or min(4, os.cpu_count() or 1)

    def shared_by(self, processes: int) -> EngineConfig:
        """The same for each of so many processes on this machine: together they take its cores."""
        if self.encoder_threads or processes == 1:
            return self
        return replace(self, encoder_threads=max(1, (os.cpu_count() or 1) // processes))


_CHANGES_NOTHING = ("index_dir", "encoder_threads")


@dataclass(frozen=True, slots=True)
class _Decider:
    """Who ranks, and the generators that work beside the lexical ones."""

    ranker: Ranker
    generators: tuple[CandidateGenerator, ...] = ()


def config_sha256(config: EngineConfig) -> str:
    """Hash over the settings that can change a result: not the place of files, not the threads."""
    settings = {k: v for k, v in asdict(config).items() if k not in _CHANGES_NOTHING}
    return hashlib.sha256(dumps(settings).encode()).hexdigest()


def build_coder(config: EngineConfig | None = None, ranker: Ranker | None = None) -> Coder:
    """Load what the configuration names; a `ranker` given takes the place of the one it names.

    A ranker given works on the candidates of the lexical generators alone.

    Raises: ConfigError for an unknown ranker, CodeSetMissing where no index is built, ArtifactError
    where the model cannot be used.
    """
    config = config or EngineConfig()
    lexicon = load_lexicon()
    decider = _Decider(ranker) if ranker else _decider(config, lexicon)
    artifact = procedures_of(config.procedures)
    require_inputs(artifact, lexicon)
    return _coder(config, lexicon, decider, standard_rules(lexicon), artifact)


def build_plain_coder(config: EngineConfig, artifact: Artifact) -> Coder:
    """The engine with a trained artifact and without rules: what codes every mention.

    Raises: CodeSetMissing, ArtifactError.
    """
    lexicon = load_lexicon()
    return _coder(config, lexicon, _trained(artifact, lexicon, config.threads), ())


def build_diagnoser(config: EngineConfig) -> Coder:
    """The engine that codes diagnoses, and finds procedures but decides on none.

    It is what rankers of procedures are fitted with. Raises: as build_coder.
    """
    lexicon = load_lexicon()
    return _coder(config, lexicon, _decider(config, lexicon), standard_rules(lexicon))


def build_procedure_profile(config: EngineConfig, artifact: Artifact) -> Coder:
    """The engine with a ranker of every procedure that is named, done or not, without rules.

    Raises: CodeSetMissing, ArtifactError.
    """
    require_inputs(artifact, load_lexicon())
    coder = build_diagnoser(config)
    phrases = PhraseTable.from_bytes(artifact.contents["phrases.npz"])
    return coder.replace(
        generators=(
            *(PcsGenerator(codes) for codes in _surgery(coder.codesets)),
            *_procedure_generators(coder.codesets, load_lexicon()),
            ProcedurePhrases(phrases),
        ),
        procedures=Decider(ProcedureRanker.from_artifact(artifact), ()),
    )


def require_parts(config: EngineConfig) -> None:
    """Refuse, in a moment, a configuration whose engine cannot be built for want of a part.

    Raises: ConfigError, CodeSetMissing, ArtifactError, as build_coder does after seconds.
    """
    lexicon = load_lexicon()
    index_dir = config.index_dir or default_index_dir()
    for codes in _diagnoses(load_registry(index_dir)):
        path = terms_path(index_dir, codes, lexicon)
        if not path.is_file():
            raise CodeSetMissing(f"no term index at {path}: run `chartcode codesets build`")
    require_inputs(artifact_of(config.ranker), lexicon)
    require_inputs(procedures_of(config.procedures), lexicon)


def artifact_of(ranker: str) -> Artifact:
    """The artifact that a setting names. Raises: ConfigError, ArtifactError."""
    if ranker in RANKERS:
        version = LEXICAL_VERSION if ranker == LEXICAL else TRAINED_VERSION
        return load_artifact(ranker, version)
    if not (Path(ranker) / "manifest.json").is_file():
        raise ConfigError(
            f"ranker must be one of {', '.join(RANKERS)}, or the folder of a trained artifact",
            field="ranker",
        )
    return read_artifact(Path(ranker), ranker)


def procedures_of(name: str) -> Artifact:
    """The artifact of procedures that a setting names. Raises: ConfigError, ArtifactError."""
    if name == PROCEDURES:
        return load_artifact(PROCEDURES, PROCEDURES_VERSION)
    if not (Path(name) / "manifest.json").is_file():
        raise ConfigError(
            f"procedures must be {PROCEDURES}, or the folder of a trained artifact",
            field="procedures",
        )
    return read_artifact(Path(name), name)


def build_indexes(index_dir: Path | None = None) -> tuple[Path, ...]:
    """Build the code-set indexes and the term indexes over them; gives the folders made."""
    index_dir = index_dir or default_index_dir()
    made = build_index(index_dir)
    for folder in made:
        _build_terms(folder, index_dir)
    _drop_stale_terms(index_dir)
    return made


def load_code_sets(paths: Sequence[Path], order: Order, index_dir: Path | None = None) -> Loaded:
    """Load official files, with the term indexes that the engine needs of them.

    Raises: CodeSetError; then what was loaded before stays in force.
    """
    index_dir = index_dir or default_index_dir()
    loaded = load(paths, index_dir, order, lambda folder: _build_terms(folder, index_dir))
    _drop_stale_terms(index_dir)
    return loaded


def _build_terms(folder: Path, index_dir: Path) -> None:
    """The term index of a release of diagnoses; other systems have none."""
    lexicon = load_lexicon()
    codes = Release(read_release(folder), lexicon)
    if codes.system is System.ICD10CM:
        build_terms(codes, lexicon).save(terms_path(index_dir, codes, lexicon))


def _drop_stale_terms(index_dir: Path) -> None:
    lexicon = load_lexicon()
    kept = {terms_path(index_dir, codes, lexicon) for codes in _diagnoses(load_registry(index_dir))}
    for path in (index_dir / "terms").glob("*.npz"):
        if path not in kept:
            path.unlink()


def _coder(
    config: EngineConfig,
    lexicon: Lexicon,
    decider: _Decider,
    rules: tuple[Rule, ...],
    procedures: Artifact | None = None,
) -> Coder:
    """The engine; without an artifact of `procedures` it decides on none."""
    index_dir = config.index_dir or default_index_dir()
    codesets = load_registry(index_dir, cpt=config.cpt, licensed_text=config.licensed_text)
    built = tuple(PcsGenerator(codes) for codes in _surgery(codesets))
    return Coder(
        reader=MedspacyReader(rebuild_after_notes=config.rebuild_after_notes),
        generators=(
            *_lexical_generators(codesets, lexicon, index_dir),
            *decider.generators,
            *built,
            *_procedure_generators(codesets, lexicon),
        ),
        ranker=decider.ranker,
        rules=rules,
        procedures=_procedures(procedures, codesets, index_dir, built) if procedures else None,
        codesets=codesets,
        config_sha256=config_sha256(config),
        max_note_chars=config.max_note_chars,
        crosswalk=_crosswalk(codesets),
    )


def _procedures(
    artifact: Artifact,
    codesets: CodeSystems,
    index_dir: Path,
    built: Sequence[PcsGenerator],
) -> Decider:
    rules = procedure_rules(
        visit_agreement_of(artifact),
        load_policies(index_dir),
        known_modifiers(codesets),
        tuple(UndocumentedAxis(g.release, g.tables, g.finders) for g in built),
    )
    return Decider(ProcedureRanker.from_artifact(artifact), rules)


def _decider(config: EngineConfig, lexicon: Lexicon) -> _Decider:
    artifact = artifact_of(config.ranker)
    if artifact.manifest.base_model is None:
        artifact.require(input_hashes(lexicon))
        return _Decider(LexicalRanker.from_artifact(artifact))
    return _trained(artifact, lexicon, config.threads)


def _trained(artifact: Artifact, lexicon: Lexicon, threads: int) -> _Decider:
    eyes = load_eyes(artifact.manifest.base_model or "", threads)
    artifact.require(trained_inputs(lexicon, eyes.artifact))
    return _Decider(
        TrainedRanker.from_artifact(artifact, eyes.encoded, eyes.wordings),
        (
            PhraseGenerator(PhraseTable.from_bytes(artifact.contents["phrases.npz"])),
            DenseGenerator(eyes.encoded, eyes.wordings),
        ),
    )


def _lexical_generators(
    codesets: CodeSystems, lexicon: Lexicon, index_dir: Path
) -> tuple[CandidateGenerator, ...]:
    return tuple(
        LexicalGenerator(codes, TermIndex.load(terms_path(index_dir, codes, lexicon)), lexicon)
        for codes in _diagnoses(codesets)
    )


def _procedure_generators(
    codesets: CodeSystems, lexicon: Lexicon
) -> tuple[CandidateGenerator, ...]:
    """Those beside the builder of surgical ICD-10-PCS codes."""
    worded = tuple(
        WordingGenerator(codes, lexicon)
        for codes in codesets.releases()
        if codes.system in (System.CPT, System.HCPCS)
    )
    return (*worded, MeasuredGenerator(), AncillaryGenerator(load_ancillary_words()))


def _surgery(codesets: CodeSystems) -> tuple[Release, ...]:
    return tuple(
        codes
        for codes in codesets.releases()
        if isinstance(codes, Release) and codes.system is System.ICD10PCS
    )


def _crosswalk(codesets: CodeSystems) -> Crosswalker | None:
    """The way to ICD-11 over the newest release of it, where one is loaded."""
    for codes in codesets.newest():
        if isinstance(codes, Release) and codes.system is System.ICD11:
            return Crosswalks(codes).of
    return None


def _diagnoses(codesets: CodeSystems) -> tuple[CodeSystem, ...]:
    return tuple(codes for codes in codesets.releases() if codes.system is System.ICD10CM)
