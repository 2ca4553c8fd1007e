"""The head of a mapping set in SSSOM: YAML in `#` lines, or in a file beside the table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from begrepp.errors import InputError, Origin
from begrepp.sources.tables import MAX_LINE, parse_date, read_comments

Header = Mapping[str, Any]


def read_header(path: Path, files: tuple[Path, ...]) -> Header:
    """The YAML of the `#` lines and of the file beside the table; what is embedded wins."""
    stem = path.name.removesuffix(path.suffix)
    beside = [p for p in files if p.suffix in (".yml", ".yaml") and p.name.removesuffix(p.suffix) == stem]
    embedded = read_comments(path, "#")
    head: dict[str, Any] = {}
    for origin, text in ((each, _text(each)) for each in beside):
        head |= _parse_yaml(text, Origin(origin.name))
    return head | _parse_yaml(embedded, Origin(path.name, 1))


def _text(path: Path) -> str:
    if path.stat().st_size > MAX_LINE:
        raise InputError(path, "the metadata file is too large.", "Check that you added the right file.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(path, "the metadata file is not UTF-8.", "Save it as UTF-8 and add it again.") from None


def _parse_yaml(text: str, origin: Origin) -> dict[str, Any]:
    try:
        # All values stay texts: `NO` is a prefix, not false, and a version `1.10` keeps its zero.
        head = yaml.load(text, Loader=yaml.BaseLoader) or {}
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = Origin(origin.file, mark.line + 1) if mark else origin
        raise InputError(
            where,
            f"the metadata is not well-formed YAML ({getattr(error, 'problem', None) or 'it is nested too deeply'}).",
            "Mend the line; see https://mapping-commons.github.io/sssom/spec-formats-tsv/.",
        ) from None
    if not isinstance(head, dict) or not isinstance(head.get("curie_map", {}), dict):
        raise InputError(origin, "the metadata is not a list of `name: value`.", "See the SSSOM specification.")
    return head


def slot_text(head: Header, slot: str) -> str:
    """The text of a slot, or none."""
    value = head.get(slot, "")
    return value.strip() if isinstance(value, str) else ""


def slot_texts(head: Header, slot: str) -> tuple[str, ...]:
    """The texts of a slot that may have several."""
    value = head.get(slot, ())
    return (value,) if isinstance(value, str) and value else tuple(v for v in value if isinstance(v, str))


def provider_name(head: Header) -> str:
    """Who made the set, as far as the head tells."""
    return next(iter(slot_texts(head, "creator_label")), "") or slot_text(head, "mapping_provider")


def publication_date(head: Header, path: Path) -> date | None:
    """The day of the set. Raises `InputError` where what stands there is no date."""
    day = slot_text(head, "publication_date") or slot_text(head, "mapping_date")
    return parse_date(day, Origin(path.name, 1), "publication_date")
