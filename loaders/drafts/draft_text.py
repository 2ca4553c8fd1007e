"""Text of a drafted `source.toml`: the parts that all kinds of drafts share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from begrepp.sources.table_forms import quote_toml
from loaders.drafts.table_sample import TableSample

UNKNOWN_LICENCE = "http://rightsstatements.org/vocab/CNE/1.0/"
"""Rights statement "copyright not evaluated": the texts are not redistributed."""
UNKNOWN_PUBLISHER = "Utgivare ej angiven"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRights:
    """Publisher and licence given by the user; empty if not."""

    publisher: str = ""
    licence: str = ""


@dataclass(slots=True)
class SourceDraft:
    """A draft: the kind of source, the text of `source.toml` (empty if none is needed), and doubts in words."""

    kind: str
    id: str
    loader: str
    text: str = ""
    doubts: list[str] = field(default_factory=list)
    names_files: bool = True
    """Whether the declaration names the data files."""


def toml_value(value: object) -> str:
    """Return a value as TOML."""
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(each) for each in value) + "]"
    return (
        str(value).lower() if isinstance(value, bool) else quote_toml(value) if isinstance(value, str) else str(value)
    )


def head_lines(loader: str, rights: DraftRights, today: date, title: str) -> Iterator[str]:
    """Yield loader, publisher, licence and edition."""
    yield f'loader = "{loader}"'
    yield ""
    yield "[source]"
    yield f"title.sv = {quote_toml(title)}"
    if rights.publisher:
        yield f"publisher = {quote_toml(rights.publisher)}"
    else:
        yield "# Who publishes it? Write the name and its type before you publish the graph."
        yield f"publisher = {quote_toml(UNKNOWN_PUBLISHER)}"
    yield "# national, regional, local, supranational, academia, company, standards, nonprofit, ngo or person"
    yield 'publisher_type = "person"'
    if not rights.licence:
        yield "# Which licence? Until it is known the texts are not redistributed."
    yield f"licence = {quote_toml(rights.licence or UNKNOWN_LICENCE)}"
    yield ""
    yield "[release]"
    yield f'version = "{today.isoformat()}"'
    yield f"valid_from = {today.isoformat()}"
    yield ""


def title_of(path: Path) -> str:
    """Return a title made of the name of a file."""
    return re.sub(r"[_\s]+", " ", path.name.partition(".")[0]).strip() or path.name


def _doubt_lines(doubts: Sequence[str]) -> Iterator[str]:
    if doubts:
        yield "# Not certain:"
        yield from (f"# - {' '.join(doubt.split())}" for doubt in doubts)
        yield ""


def finish_draft(kind: str, id_: str, loader: str, lines: Sequence[str], doubts: list[str]) -> SourceDraft:
    """Return the draft of lines, with its doubts as comments before them."""
    text = "\n".join([*_doubt_lines(doubts), *lines]).rstrip() + "\n"
    return SourceDraft(kind, id_, loader, text, doubts)


def file_lines(sample: TableSample, section: str, key: str, used: Sequence[str]) -> Iterator[str]:
    """Yield the section of a file: its form, the rows that are left out and the columns that are not used."""
    yield f"[[{section}]]"
    yield f"{key} = {quote_toml(sample.path.name)}"
    for name, value in sample.keys.items():
        yield f"{name} = {toml_value(value)}"
    unused = [column for column in sample.columns if column not in used]
    if sample.left_out:
        cells = ", ".join(f"{quote_toml(column)} = {toml_value(values)}" for column, values in sample.left_out.items())
        yield f"leave_out = {{ {cells} }}"
    if unused:
        yield f"ignore = {toml_value(unused)}"
    yield ""


def dataset_lines(id_: str, title: str) -> list[str]:
    """Return the section of a dataset."""
    described = ["[dataset]", f"id = {quote_toml(id_)}", f"title.sv = {quote_toml(title)}"]
    return [*described, f"description.sv = {quote_toml(title)}", ""]
