"""JSON-LD, looked at before it is read: its contexts are put in from copies that lie here, never fetched.

The copies lie in `contexts/`, one file per context; `contexts.toml` says which address each is a copy of.
"""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path

from begrepp.errors import InputError
from begrepp.settings import ROOT

CONTEXTS = ROOT / "ontology" / "contexts"


def with_contexts(path: Path, name: str) -> str:
    """The text with every context in place. Raises `InputError` where it is not JSON, with line and column, or where
    it names a context of which there is no copy."""
    try:
        said = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise InputError(
            name, f"line {error.lineno} column {error.colno}: not JSON: {error.msg}.", "Fix the error at that position."
        ) from error
    except RecursionError:
        raise InputError(name, "the JSON is nested too deeply.", "Reduce the nesting.") from None
    if not isinstance(said, dict | list):
        raise InputError(name, "is JSON but neither an object nor an array, so it is not JSON-LD.", "Provide JSON-LD.")
    return json.dumps(_filled(said, name), ensure_ascii=False)


def _filled(node: object, name: str) -> object:
    if isinstance(node, list):
        return [_filled(each, name) for each in node]
    if isinstance(node, dict):
        return {
            key: _context(value, name) if key == "@context" else _filled(value, name) for key, value in node.items()
        }
    return node


def _context(said: object, name: str) -> object:
    match said:
        case str():
            return _copy(said, name)
        case list():
            return [_context(each, name) for each in said]
        case dict():
            if isinstance(imported := said.get("@import"), str):
                _copy(imported, name)
            # A term may have a context of its own, which may be an address too.
            return {key: _filled(value, name) if isinstance(value, dict) else value for key, value in said.items()}
    return said


def _copy(address: str, name: str) -> object:
    file = _copies().get(address.removesuffix("/"))
    if file is None:
        have = ", ".join(sorted(_copies()))
        raise InputError(
            name,
            f"its context <{address}> is remote and is not fetched.",
            f"Embed the context in the file, or use one of the bundled contexts: {have}.",
        )
    return json.loads(file.read_text(encoding="utf-8"))["@context"]


@cache
def _copies() -> dict[str, Path]:
    said = tomllib.loads((CONTEXTS / "contexts.toml").read_text(encoding="utf-8"))
    return {address.removesuffix("/"): CONTEXTS / file for address, file in said["copies"].items()}
