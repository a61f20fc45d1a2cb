"""What pydantic finds wrong, said in words that never repeat the input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from pydantic import BaseModel, ValidationError

from coding.errors import InvalidNote
from service.json_input import is_plain_name

_PLAIN: Mapping[str, str] = {
    "missing": "is required",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "string_type": "must be a string",
    "string_unicode": "has a lone surrogate",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
}

# Error type -> (what is said, key in the error's context); these contexts hold our own bounds.
_BOUNDS: Mapping[str, tuple[str, str]] = {
    "enum": ("must be {}", "expected"),
    "literal_error": ("must be {}", "expected"),
    "greater_than_equal": ("must be at least {}", "ge"),
    "less_than_equal": ("must be at most {}", "le"),
    "string_too_long": ("must have at most {} characters", "max_length"),
    "too_long": ("must have at most {} entries", "max_length"),
}

OWN = "chartcode"
"""The type of the errors that our own validators raise: their messages may be repeated."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: pydantic's type of it, where, our own words for it, the bound it broke."""

    kind: str
    loc: tuple[int | str, ...]
    message: str
    context: Mapping[str, object]


def invalid(error: ValidationError, model: type[BaseModel]) -> InvalidNote:
    """The first thing wrong with a request, as the error that names its field."""
    first = error.errors(include_input=False, include_url=False)[0]
    found = Problem(first["type"], first["loc"], first["msg"], first.get("ctx", {}))
    return problem_error(found, model)


def problem_error(problem: Problem, model: type[BaseModel] | None = None) -> InvalidNote:
    """The error for a problem; `model` knows the fields that may be sent."""
    if problem.kind == "extra_forbidden":
        return _unknown_field(problem.loc, model)
    field = field_path(problem.loc)
    return InvalidNote(f"{field} {_said(problem)}", field=field)


def field_path(loc: Sequence[int | str]) -> str:
    """A place in the request as patient.age_years or systems[0]."""
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f"{'.' if path else ''}{part}"
    return path


def _said(problem: Problem) -> str:
    if problem.kind == OWN:
        return problem.message
    if problem.kind in _BOUNDS:
        words, key = _BOUNDS[problem.kind]
        bound = problem.context.get(key)
        return words.format(f"{bound:g}" if isinstance(bound, float) else bound)
    return _PLAIN.get(problem.kind, "is not valid")


def _unknown_field(loc: Sequence[int | str], model: type[BaseModel] | None) -> InvalidNote:
    """The name of an unknown field is the client's: it is repeated only if it looks like one."""
    *parents, name = loc
    where = field_path(parents)
    known = ", ".join(_fields_at(model, parents)) if model else ""
    advice = f"; known {'there' if where else 'fields'}: {known}" if known else ""
    if isinstance(name, str) and is_plain_name(name):
        field = field_path(loc)
        return InvalidNote(f"{field} is not a known field{advice}", field=field)
    at = f" in {where}" if where else ""
    return InvalidNote(f"the request has an unknown field{at}{advice}", field=where or None)


def _fields_at(model: type[BaseModel], parents: Sequence[int | str]) -> tuple[str, ...]:
    """The names of the fields that the model has at a place."""
    for parent in parents:
        inner = model.model_fields[str(parent)].annotation
        nested = [kind for kind in _arms(inner) if issubclass(kind, BaseModel)]
        if not nested:
            return ()
        model = nested[0]
    return tuple(model.model_fields)


def _arms(annotation: object) -> tuple[type, ...]:
    """The classes of an annotation such as Patient | None."""
    return tuple(arm for arm in (get_args(annotation) or (annotation,)) if isinstance(arm, type))
