"""JSON-LD contexts: replaces remote contexts by local copies, without network access.

The copies are in `ontology/contexts`, one file per context; `contexts.toml` maps IRIs to files.
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
    """Return the JSON-LD text of a file with every remote context replaced by its copy.

    Raises `InputError` if the file is not JSON, with line and column, or if there is no copy of a context.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise InputError(
            name, f"line {error.lineno} column {error.colno}: not JSON: {error.msg}.", "Fix the error at that position."
        ) from error
    except RecursionError:
        raise InputError(name, "the JSON is nested too deeply.", "Reduce the nesting.") from None
    if not isinstance(document, dict | list):
        raise InputError(name, "is JSON but neither an object nor an array, so it is not JSON-LD.", "Provide JSON-LD.")
    return json.dumps(_inline(document, name), ensure_ascii=False)


def _inline(node: object, name: str) -> object:
    if isinstance(node, list):
        return [_inline(each, name) for each in node]
    if isinstance(node, dict):
        return {
            key: _inline_context(value, name) if key == "@context" else _inline(value, name)
            for key, value in node.items()
        }
    return node


def _inline_context(context: object, name: str) -> object:
    match context:
        case str():
            return _context_copy(context, name)
        case list():
            return [_inline_context(each, name) for each in context]
        case dict():
            if isinstance(imported := context.get("@import"), str):
                _context_copy(imported, name)
            # A term definition may have a scoped context, which may be an IRI too.
            return {key: _inline(value, name) if isinstance(value, dict) else value for key, value in context.items()}
    return context


def _context_copy(iri: str, name: str) -> object:
    file = _context_files().get(iri.removesuffix("/"))
    if file is None:
        available = ", ".join(sorted(_context_files()))
        raise InputError(
            name,
            f"its context <{iri}> is remote and is not fetched.",
            f"Embed the context in the file, or use one of the bundled contexts: {available}.",
        )
    return json.loads(file.read_text(encoding="utf-8"))["@context"]


@cache
def _context_files() -> dict[str, Path]:
    index = tomllib.loads((CONTEXTS / "contexts.toml").read_text(encoding="utf-8"))
    return {iri.removesuffix("/"): CONTEXTS / file for iri, file in index["copies"].items()}
