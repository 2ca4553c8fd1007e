"""Reader of SSSOM headers: YAML in `#` lines of the table, or in a separate file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from textwrap import shorten
from typing import Any

import yaml

from begrepp.errors import InputError, Origin
from begrepp.records import Skipped
from begrepp.sources.row_faults import add_remark
from begrepp.sources.rows import parse_date
from begrepp.sources.tables import read_comments
from begrepp.sources.text_lines import MAX_LINE, OPEN_END, read_lines

METADATA_KEY = "metadata key"
"""The kind of place of a slot in a header."""

_READ_SLOTS = frozenset(
    {
        *("sssom_version", "curie_map", "extension_definitions", "mapping_set_id", "mapping_set_title", "license"),
        *("creator_id", "creator_label", "mapping_provider", "publication_date", "mapping_date", "mapping_tool"),
        *("mapping_tool_id", "mapping_tool_version", "subject_type", "object_type", "subject_source_version"),
        "object_source_version",
    }
)
"""Slots of a mapping set that are read, or that say how the file is to be read."""


@dataclass(frozen=True, slots=True)
class Header:
    """The metadata of a table: values by name, and the place of each name in its file."""

    values: Mapping[str, Any]
    origins: Mapping[str, Origin]

    def get(self, slot: str, default: Any = None) -> Any:
        """Return the value of a slot."""
        return self.values.get(slot, default)


def delimiter_of(path: Path, encoding: str) -> str:
    """Return the delimiter of a table: tab for TSV, and for CSV comma, or semicolon as Excel writes it in Swedish."""
    if path.suffix != ".csv":
        return "\t"
    names = next((line for line in read_lines(path, encoding) if not line.startswith(("#", '"#'))), "")
    return ";" if names.count(";") > names.count(",") else ","


def read_header(path: Path, files: tuple[Path, ...], encoding: str = "utf-8") -> Header:
    """Read the embedded header and that of a separate file; embedded values take precedence."""
    stem = path.name.removesuffix(path.suffix)
    separate_files = [p for p in files if p.suffix in (".yml", ".yaml") and p.name.removesuffix(p.suffix) == stem]
    embedded = read_comments(path, "#", delimiter_of(path, encoding), encoding)
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    for file, text in [*((each.name, _read_file(each)) for each in separate_files), (path.name, embedded)]:
        found = _parse_yaml(text, Origin(file, 1 if file == path.name else 0))
        values |= found
        origins |= {name: Origin(file, line) for name, line in _lines_of_names(text).items() if name in found}
    return Header(values, origins)


def _read_file(path: Path) -> str:
    if path.stat().st_size > MAX_LINE:
        raise InputError(path, "the metadata file is too large.", "Check that you added the right file.")
    try:
        text = path.read_text(encoding="utf-8-sig")
        if text and not text.endswith("\n"):
            add_remark(Origin(path.name, len(text.splitlines())), OPEN_END)
        return text
    except UnicodeDecodeError:
        raise InputError(path, "the metadata file is not UTF-8.", "Save it as UTF-8 and add it again.") from None


def _parse_yaml(text: str, origin: Origin) -> dict[str, Any]:
    try:
        # All values remain strings: `NO` is a prefix, not false, and a version `1.10` keeps its zero.
        header = yaml.load(text, Loader=yaml.BaseLoader) or {}
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = Origin(origin.file, mark.line + 1) if mark else origin
        raise InputError(
            where,
            f"the metadata is not well-formed YAML ({getattr(error, 'problem', None) or 'it is nested too deeply'}).",
            "Fix the line; see https://mapping-commons.github.io/sssom/spec-formats-tsv/.",
        ) from None
    if not isinstance(header, dict) or not isinstance(header.get("curie_map", {}), dict):
        raise InputError(origin, "the metadata is not a list of `name: value`.", "See the SSSOM specification.")
    return header


def _lines_of_names(text: str) -> dict[str, int]:
    """Return the line of each name in a YAML document that can be parsed."""
    document = yaml.compose(text, Loader=yaml.BaseLoader)
    members = document.value if isinstance(document, yaml.MappingNode) else []
    return {name.value: name.start_mark.line + 1 for name, _ in members if isinstance(name, yaml.ScalarNode)}


def slot_text(header: Header, slot: str) -> str:
    """Return the text of a slot, or an empty string."""
    value = header.get(slot, "")
    return value.strip() if isinstance(value, str) else ""


def slot_texts(header: Header, slot: str) -> tuple[str, ...]:
    """Return the texts of a multivalued slot."""
    value = header.get(slot, ())
    return (value,) if isinstance(value, str) and value else tuple(v for v in value if isinstance(v, str))


def provider_name(header: Header) -> str:
    """Return the creator or provider of the set, or an empty string."""
    return next(iter(slot_texts(header, "creator_label")), "") or slot_text(header, "mapping_provider")


def publication_date(header: Header) -> date | None:
    """Return the publication date of the set, else that of its mappings. Raises `InputError` for an invalid date."""
    return slot_date(header, "publication_date") or slot_date(header, "mapping_date")


def slot_date(header: Header, slot: str) -> date | None:
    """Return the date in a slot, or None. Raises `InputError` for an invalid date."""
    day = slot_text(header, slot)
    return parse_date(day, header.origins[slot], slot, METADATA_KEY) if day else None


def unread_slots(header: Header) -> Iterator[Skipped]:
    """Yield what a header states without a field in begrepp, with the beginning of its text."""
    for slot, value in header.values.items():
        if slot not in _READ_SLOTS and value:
            text = value if isinstance(value, str) else ", ".join(map(str, value))
            reason = f"the metadata key '{slot}' ({shorten(text, 60, placeholder=' …')}) has no field in begrepp."
            yield Skipped(origin=header.origins.get(slot, Origin("")), reason=f"{reason} It is left out.")
