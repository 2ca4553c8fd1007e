"""RDF/XML, looked at before it is read: well-formed, with nothing from outside and no entity that explodes."""

from __future__ import annotations

import re
from pathlib import Path
from xml.parsers import expat

from begrepp.errors import InputError

_ENTITY_LIMIT = 1000
"""Characters that one entity may stand for when all entities within it are replaced; a namespace needs fewer."""

_BETWEEN = " "
_REFERENCE = re.compile(r"&(\w[\w.-]*);")


def check_xml(path: Path, name: str) -> None:
    """Raise `InputError`, with line and column, where the XML must not or cannot be read."""
    parser = expat.ParserCreate(namespace_separator=_BETWEEN)
    lengths: dict[str, int] = {}

    def refuse(why: str) -> None:
        raise InputError(
            name,
            f"line {parser.CurrentLineNumber} column {parser.CurrentColumnNumber + 1}: {why}",
            "Fix the error at that position.",
        )

    def entity(entity_name: str, parameter: bool, value: str | None, *where: str | None) -> None:
        if parameter or value is None:
            refuse(f"the entity '{entity_name}' is external, and nothing is fetched.")
        length = len(value or "") + sum(lengths.get(inner, 0) for inner in _REFERENCE.findall(value or ""))
        lengths[entity_name] = length
        if length > _ENTITY_LIMIT:
            refuse(f"the entity '{entity_name}' expands to {length:,} characters, more than {_ENTITY_LIMIT:,}.")

    def element(tag: str, _: object) -> None:
        if _BETWEEN not in tag:
            refuse(f"the element '{tag}' has no namespace.")

    parser.EntityDeclHandler = entity
    parser.StartElementHandler = element
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        words = expat.ErrorString(error.code)
        raise InputError(
            name,
            f"line {error.lineno} column {error.offset + 1}: not well-formed XML: {words}.",
            "Fix the error at that position.",
        ) from error
