"""RDF/XML check: rejects ill-formed XML, external entities and entity expansion attacks."""

from __future__ import annotations

import re
from pathlib import Path
from xml.parsers import expat

from begrepp.errors import InputError

_ENTITY_LIMIT = 1000
"""Maximum length of an entity after expansion, in characters; a namespace needs fewer."""

_SEPARATOR = " "
_REFERENCE = re.compile(r"&(\w[\w.-]*);")


def check_xml(path: Path, name: str) -> None:
    """Raise `InputError` with line and column if the XML is ill-formed or unsafe."""
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    lengths: dict[str, int] = {}

    def reject(reason: str) -> None:
        raise InputError(
            name,
            f"line {parser.CurrentLineNumber} column {parser.CurrentColumnNumber + 1}: {reason}",
            "Fix the error at that position.",
        )

    def entity(entity_name: str, parameter: bool, value: str | None, *where: str | None) -> None:
        if parameter or value is None:
            reject(f"the entity '{entity_name}' is external, and nothing is fetched.")
        length = len(value or "") + sum(lengths.get(inner, 0) for inner in _REFERENCE.findall(value or ""))
        lengths[entity_name] = length
        if length > _ENTITY_LIMIT:
            reject(f"the entity '{entity_name}' expands to {length:,} characters, more than {_ENTITY_LIMIT:,}.")

    def element(tag: str, _: object) -> None:
        if _SEPARATOR not in tag:
            reject(f"the element '{tag}' has no namespace.")

    parser.EntityDeclHandler = entity
    parser.StartElementHandler = element
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        message = expat.ErrorString(error.code)
        raise InputError(
            name,
            f"line {error.lineno} column {error.offset + 1}: not well-formed XML: {message}.",
            "Fix the error at that position.",
        ) from error
