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


def inline_contexts(path: Path, name: str) -> str:
    """The text with every context in place. Raises `InputError` where it is not JSON, with line and column, or where
    it names a context of which there is no copy."""
    try:
        said = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise InputError(
            name, f"line {error.lineno} column {error.colno}: not JSON: {error.msg}.", "Correct it there."
        ) from error
    except RecursionError:
        raise InputError(name, "its JSON is nested too deep to be read.", "Flatten it.") from None
    if not isinstance(said, dict | list):
        raise InputError(name, "is JSON but neither an object nor a list, so it is no JSON-LD.", "Give JSON-LD.")
    return json.dumps(_inline(said, name), ensure_ascii=False)


def _inline(node: object, name: str) -> object:
    if isinstance(node, list):
        return [_inline(each, name) for each in node]
    if isinstance(node, dict):
        return {
            key: _inline_context(value, name) if key == "@context" else _inline(value, name)
            for key, value in node.items()
        }
    return node


def _inline_context(said: object, name: str) -> object:
    match said:
        case str():
            return _context_copy(said, name)
        case list():
            return [_inline_context(each, name) for each in said]
        case dict():
            if isinstance(imported := said.get("@import"), str):
                _context_copy(imported, name)
            # A term may have a context of its own, which may be an address too.
            return {key: _inline(value, name) if isinstance(value, dict) else value for key, value in said.items()}
    return said


def _context_copy(address: str, name: str) -> object:
    file = _context_files().get(address.removesuffix("/"))
    if file is None:
        have = ", ".join(sorted(_context_files()))
        raise InputError(
            name,
            f"its context <{address}> lies elsewhere and is not fetched.",
            f"Write the context into the file, or use one of those that lie here: {have}.",
        )
    return json.loads(file.read_text(encoding="utf-8"))["@context"]


@cache
def _context_files() -> dict[str, Path]:
    said = tomllib.loads((CONTEXTS / "contexts.toml").read_text(encoding="utf-8"))
    return {address.removesuffix("/"): CONTEXTS / file for address, file in said["copies"].items()}
