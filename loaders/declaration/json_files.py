"""One description in JSON, and the files that it may point to beside it. Nothing is ever fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import EditionFiles
from begrepp.sources.editions import data_files
from begrepp.sources.privacy import refuse_identity_numbers
from loaders.declaration.source_toml import join_names

MAX_BYTES = 200_000_000
Json = Mapping[str, Any]


def read_json(path: Path) -> Json:
    """A file that holds one object. Raises `InputError` where it is not JSON, too large, or something else."""
    if path.stat().st_size > MAX_BYTES:
        raise InputError(path, f"the file is larger than {MAX_BYTES:,} bytes.", "Check that it is a description.")
    try:
        text = path.read_text(encoding="utf-8-sig")
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(path, f"not well-formed JSON: {error}.", "Fetch the file again.") from None
    if not isinstance(document, dict):
        raise InputError(path, f"holds {type(document).__name__}, not an object.", "Check that it is a description.")
    refuse_identity_numbers(text, Origin(path.name))
    return document


def read_single_json(edition: EditionFiles, origin: Origin, *names: str) -> tuple[Path, Json]:
    """The edition's description: the only JSON file, or the one of a name that is usual; others lie beside it."""
    there = [path for path in data_files(edition) if path.suffix.lower() in (".json", ".jsonld")]
    if other := [path for path in data_files(edition) if path not in there]:
        raise InputError(
            other[0],
            "it is no description in JSON; begrepp takes metadata only, and does not keep the data described.",
            "Add the description alone, with the schemas that it points to.",
        )
    usual = [path for path in there if path.name.endswith(("-metadata.json", *names))] if len(there) > 1 else there
    if len(usual) != 1:
        raise InputError(
            origin,
            f"there are {len(there)} JSON files ({join_names([path.name for path in there])}).",
            f"Add one description; among several it is the one called {' or '.join(names) or '*-metadata.json'}.",
        )
    return usual[0], read_json(usual[0])


def read_referenced_json(address: str, edition: EditionFiles, path: Path) -> Json:
    """The object in a file that lies beside the description. Raises `InputError` for one that does not."""
    name = address.rpartition("/")[2]
    for each in data_files(edition):
        if each.name == name:
            return read_json(each)
    raise InputError(
        path,
        f"it points to '{address}', which is not among the files; nothing is fetched.",
        f"Fetch {name} yourself, and add it together with {path.name}.",
    )


def object_list(thing: Json, key: str, path: Path) -> list[Json]:
    """A list of objects, empty where there is none."""
    found = thing.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise InputError(path, f"'{key}' is not a list of objects.", "Correct it; see the format's specification.")
    return found


def string_list(said: Any) -> tuple[str, ...]:
    """A string or a list of them; numbers and truth values as they are written in JSON."""
    if said is None:
        return ()
    values = said if isinstance(said, list) else [said]
    return tuple(each if isinstance(each, str) else json.dumps(each) for each in values)
