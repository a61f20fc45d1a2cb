"""The house rules that a machine can check: who may import whom, what importing costs, sizes."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("coding", "codesets", "models", "training", "eval", "service")
MODULES = sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))
MAX_LINES = 400
# All values in one file, by design: the one place to learn what travels through the system.
LONGER = {"coding.types": 550}

# The layers from the bottom up: a module imports from its own layer and those below it, except
# that layers of one tuple do not see each other.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("coding.types", "coding.errors"),
    ("coding.protocols", "coding.to_json"),
    ("codesets",),
    ("coding",),
    ("coding.pipeline",),
    ("models",),
    ("coding.build",),
    ("eval", "training", "service"),
)
MAY_SEE_EACH_OTHER = {("service", "eval"), ("service", "training"), ("training", "eval")}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Every module a file imports, at its top or inside a function, by full name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module_name(path).split(".")
                keep = len(package) - node.level + (path.name == "__init__.py")
                base = ".".join([*package[:keep], *([base] if base else [])])
            # `from coding import types` imports coding.types.
            found |= {
                f"{base}.{a.name}" if is_module(f"{base}.{a.name}") else base for a in node.names
            }
    return found


def is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def layer(module: str) -> tuple[int, str] | None:
    """The place of a module: the layer whose name is its longest prefix. None if it is not ours."""
    fits = [
        (height, name)
        for height, names in enumerate(LAYERS)
        for name in names
        if module == name or module.startswith(f"{name}.")
    ]
    return max(fits, key=lambda fit: len(fit[1]), default=None)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_point_one_way(path: Path) -> None:
    own = layer(module_name(path))
    assert own is not None
    height, name = own
    for imported in imports(path):
        other = layer(imported)
        if other is None or other == own:
            continue
        allowed = other[0] < height or (name, other[1]) in MAY_SEE_EACH_OTHER
        assert allowed, f"{module_name(path)} imports {imported}"


def test_a_wrong_import_would_be_seen() -> None:
    assert layer("coding.pipeline") == (4, "coding.pipeline")
    assert layer("coding.rules.validity") == (3, "coding")
    assert layer("coding.types") == (0, "coding.types")
    assert layer("numpy") is None
    assert "coding.types" in imports(ROOT / "coding/pipeline.py")


def test_only_the_reader_imports_medspacy() -> None:
    heavy = {"medspacy", "spacy", "PyRuSH", "PyFastNER"}
    users = {module_name(p) for p in MODULES if {i.split(".")[0] for i in imports(p)} & heavy}
    # The benchmark runs a plain medspaCy pipeline beside ours, to compare.
    assert users <= {"coding.reading", "eval.bench"}


def test_serving_needs_no_torch() -> None:
    heavy = {"torch", "sklearn", "scipy"}
    users = {module_name(p) for p in MODULES if {i.split(".")[0] for i in imports(p)} & heavy}
    assert all(user.startswith("training") for user in users), users


def test_the_top_level_packages_are_the_ones_that_are_shipped() -> None:
    folders = {p.parent.name for p in ROOT.glob("*/__init__.py")} - {"tests"}
    assert folders == set(PACKAGES)


@pytest.mark.parametrize(
    ("module", "barred"),
    [
        ("coding", ("torch", "fastapi", "spacy", "medspacy", "service", "eval")),
        ("coding.types", ("torch", "fastapi", "spacy", "numpy", "pydantic")),
        ("service.cli", ("torch", "fastapi", "uvicorn", "spacy", "medspacy", "numpy", "eval")),
    ],
)
def test_importing_it_loads_nothing_heavy(module: str, barred: tuple[str, ...]) -> None:
    command = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in run.stdout.split()}
    assert not loaded & set(barred)
    assert run.stderr == ""


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_files_are_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGER.get(module_name(path), MAX_LINES)


def test_every_data_file_is_shipped() -> None:
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    names = [Path(pattern).name for pattern in setup["package-data"]["*"]]
    data = [
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    ]
    left_out = [p for p in data if not any(fnmatch(p.name, name) for name in names)]
    assert not left_out
