"""JSON descriptions of an edition, and the local files they refer to. Nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import EditionFiles
from begrepp.sources.editions import data_files
from begrepp.sources.json_errors import json_error
from loaders.declaration.source_toml import join_names

MAX_BYTES = 200_000_000
Json = Mapping[str, Any]


class _WrittenNumber(float):
    """Number with decimals that keeps its spelling, since it may be a code: `1.10` is not `1.1`."""

    def __init__(self, written: str) -> None:
        self.written = written

    def __str__(self) -> str:
        return self.written


def read_json(path: Path) -> Json:
    """Read a JSON object. Raises `InputError` if the file is too large, not JSON, or not an object."""
    if path.stat().st_size > MAX_BYTES:
        raise InputError(path, f"the file is larger than {MAX_BYTES:,} bytes.", "Check that it is a description.")
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"), parse_float=_WrittenNumber)
    except (ValueError, RecursionError) as error:
        raise json_error(path.read_bytes(), Origin(path.name), error) from None
    if not isinstance(document, dict):
        raise InputError(path, f"holds {type(document).__name__}, not an object.", "Check that it is a description.")
    return document


def read_single_json(edition: EditionFiles, origin: Origin, *names: str) -> tuple[Path, Json]:
    """Read the edition's description: the only JSON file, or the one called `*-metadata.json` or one of `names`."""
    candidates = [path for path in data_files(edition) if path.suffix.lower() in (".json", ".jsonld")]
    if other := [path for path in data_files(edition) if path not in candidates]:
        raise InputError(
            other[0],
            "it is not a JSON description; begrepp accepts metadata only and does not store the data described.",
            "Add the description alone, with the schemas that it points to.",
        )
    matching = (
        [path for path in candidates if path.name.endswith(("-metadata.json", *names))]
        if len(candidates) > 1
        else candidates
    )
    if len(matching) != 1:
        raise InputError(
            origin,
            f"there are {len(candidates)} JSON files ({join_names([path.name for path in candidates])}).",
            f"Add one description; among several it is the one called {' or '.join(names) or '*-metadata.json'}.",
        )
    return matching[0], read_json(matching[0])


def read_referenced_json(address: str, edition: EditionFiles, path: Path) -> Json:
    """Read the file of the edition that an address refers to. Raises `InputError` if there is none of that name."""
    name = address.rpartition("/")[2]
    for each in data_files(edition):
        if each.name == name:
            return read_json(each)
    raise InputError(
        path,
        f"it points to '{address}', which is not among the files; nothing is fetched.",
        f"Fetch {name} yourself, and add it together with {path.name}.",
    )


def object_list(container: Json, key: str, path: Path) -> list[Json]:
    """Return a list of objects; empty if the key is missing. Raises `InputError` for another type."""
    value = container.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        raise InputError(path, f"'{key}' is not a list of objects.", "Correct it; see the format's specification.")
    return value


def string_list(value: Any) -> tuple[str, ...]:
    """Return one string or a list of strings as a tuple; numbers and booleans as JSON writes them."""
    if value is None:
        return ()
    values = value if isinstance(value, list) else [value]
    return tuple(str(each) if isinstance(each, str | _WrittenNumber) else json.dumps(each) for each in values)
