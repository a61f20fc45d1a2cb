"""Refuses to start where a top-level package of ours resolves to somebody else's.

Our packages have the plain names they have on disk (`models`, `eval`, ...). Another distribution,
or a folder on PYTHONPATH, may hold a package of the same name and come first on the path.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from coding.errors import ConfigError

OWN_PACKAGES = ("codesets", "coding", "eval", "models", "service", "training")


def check_own_packages(names: tuple[str, ...] = OWN_PACKAGES) -> None:
    """Check that every package of ours lies beside this one. Nothing is imported.

    Raises: ConfigError naming the packages that do not, with where they were found.
    """
    home = Path(__file__).resolve().parent.parent
    foreign = [(name, _origin(name)) for name in names]
    wrong = [(name, at) for name, at in foreign if at != home / name / "__init__.py"]
    if wrong:
        found = "; ".join(f"{name} is {at or 'missing'}" for name, at in wrong)
        raise ConfigError(
            f"packages of Chartcode are not those of {home}: {found}. Chartcode needs an"
            " environment of its own: remove what hides them from PYTHONPATH, or install again"
            " with `make install`"
        )


def _origin(name: str) -> Path | None:
    try:
        spec = find_spec(name)
    except ValueError:  # a module in sys.modules without a spec
        return None
    return Path(spec.origin).resolve() if spec and spec.origin else None
