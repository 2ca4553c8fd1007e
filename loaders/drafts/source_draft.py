"""Draft of a `source.toml`: text of the declaration, its kind, and what was not certain."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from begrepp.errors import InputError
from loaders.declaration.agents import slug
from loaders.drafts.column_roles import (
    ColumnRoles,
    distinct_share,
    find_code,
    find_label,
    find_parent,
    guess_roles,
    is_date_column,
)
from loaders.drafts.formats import RecognisedFormat, recognise
from loaders.drafts.table_sample import TableSample, read_sample

UNKNOWN_LICENCE = "http://rightsstatements.org/vocab/CNE/1.0/"
"""Rights statement "copyright not evaluated": the texts are not redistributed."""
UNKNOWN_PUBLISHER = "Utgivare ej angiven"
_XLSFORM = {"survey", "choices"}


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


def draft_source(
    files: Sequence[Path], rights: DraftRights, today: date, sheet: str = "", taken: Collection[str] = ()
) -> SourceDraft:
    """Return a draft for files of one source; the first file decides. Ids of known sources are `taken`.

    Raises `InputError` for an unknown format.
    """
    path = files[0]
    id_ = slug(path.name.partition(".")[0]) or "lista"
    id_ = f"{id_}-list" if id_.replace("-", "_") in taken or id_ in taken else id_
    if found := recognise(path):
        return _format_draft(found, id_, path, rights, today)
    sample = read_sample(path, sheet)
    if not sample.columns or not sample.rows:
        raise InputError(path, "no table was found in the file.", "Check that you named the right file.")
    if {*sample.sheets} >= _XLSFORM:
        return _xlsform_draft(path, id_, rights, today)
    roles = guess_roles(sample)
    roles.doubts[:0] = sample.doubts
    if _is_crosswalk(roles):
        return _crosswalk_draft(sample, roles, id_, rights, today)
    if roles.get("variable") and not _is_code_list(sample, roles):
        return _dictionary_draft(sample, roles, id_, rights, today)
    return _list_draft(sample, roles, id_, rights, today)


def _is_crosswalk(roles: ColumnRoles) -> bool:
    has_source = any(roles.get(role) for role in ("source_code", "code", "valid_from"))
    return bool((roles.get("target") or roles.get("valid_to")) and has_source and roles.get("relation"))


def _is_code_list(sample: TableSample, roles: ColumnRoles) -> bool:
    code = roles.get("code")
    return bool(code) and distinct_share(sample, code) > 0.99


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _toml_value(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml_value(each) for each in value) + "]"
    return str(value).lower() if isinstance(value, bool) else _quote(value) if isinstance(value, str) else str(value)


def _head(loader: str, rights: DraftRights, today: date, title: str) -> Iterator[str]:
    yield f'loader = "{loader}"'
    yield ""
    yield "[source]"
    yield f"title.sv = {_quote(title)}"
    if rights.publisher:
        yield f"publisher = {_quote(rights.publisher)}"
    else:
        yield "# Who publishes it? Write the name and its type before you publish the graph."
        yield f"publisher = {_quote(UNKNOWN_PUBLISHER)}"
    yield "# national, regional, local, supranational, academia, company, standards, nonprofit, ngo or person"
    yield 'publisher_type = "person"'
    if not rights.licence:
        yield "# Which licence? Until it is known the texts are not redistributed."
    yield f"licence = {_quote(rights.licence or UNKNOWN_LICENCE)}"
    yield ""
    yield "[release]"
    yield f'version = "{today.isoformat()}"'
    yield f"valid_from = {today.isoformat()}"
    yield ""


def _title(path: Path) -> str:
    return re.sub(r"[_\s]+", " ", path.name.partition(".")[0]).strip() or path.name


def _doubt_lines(doubts: Sequence[str]) -> Iterator[str]:
    if doubts:
        yield "# Not certain:"
        yield from (f"# - {doubt}" for doubt in doubts)
        yield ""


def _finish(kind: str, id_: str, loader: str, lines: Sequence[str], doubts: list[str]) -> SourceDraft:
    text = "\n".join([*_doubt_lines(doubts), *lines]).rstrip() + "\n"
    return SourceDraft(kind, id_, loader, text, doubts)


def _format_draft(found: RecognisedFormat, id_: str, path: Path, rights: DraftRights, today: date) -> SourceDraft:
    if not found.needs_declaration:
        return SourceDraft(f"a source that begrepp knows ({found.loader})", found.loader, found.loader)
    title = _title(path)
    lines = list(_head(found.loader, rights, today, title))
    if found.needs_scheme:
        lines += ["[scheme]", f"id = {_quote(id_)}", f"title.sv = {_quote(title)}"]
    if found.needs_dataset:
        lines += ["[dataset]", f"id = {_quote(id_)}", f"title.sv = {_quote(title)}"]
        lines += [f"description.sv = {_quote(title)}", "", "[[file]]", f"name = {_quote(path.name)}"]
    draft = _finish(f"the format {found.loader}", id_, found.loader, lines, [])
    draft.names_files = False
    return draft


def _file_lines(sample: TableSample, section: str, key: str, used: Sequence[str]) -> Iterator[str]:
    yield f"[[{section}]]"
    yield f"{key} = {_quote(sample.path.name)}"
    for name, value in sample.keys.items():
        yield f"{name} = {_toml_value(value)}"
    unused = [column for column in sample.columns if column not in used]
    if unused:
        yield f"ignore = {_toml_value(unused)}"
    yield ""


def _list_draft(sample: TableSample, roles: ColumnRoles, id_: str, rights: DraftRights, today: date) -> SourceDraft:
    code = find_code(sample, roles)
    if not code:
        names = ", ".join(sample.columns)
        raise InputError(sample.path, f"no column holds codes (there are: {names}).", "Write the source.toml by hand.")
    labels = find_label(sample, roles, code)
    if not labels:
        roles.doubts.append("No column of labels was found: the codes are their own labels.")
    parent, roots = find_parent(sample, roles, code)
    fields: dict[str, str] = {"notation": code}
    fields |= {f"pref_label.{language}": column for language, column in labels or [("zxx", code)]}
    taken = {*fields.values(), parent}
    for role in ("alt_label", "definition"):
        fields |= {f"{role}.{language}": c for language, c in roles.columns(role) if c not in taken}
    for language, column in roles.columns("description"):
        if column not in taken and f"definition.{language}" not in fields:
            fields[f"definition.{language}"] = column
    if parent:
        fields["broader"] = parent
    for role in ("valid_from", "valid_to"):
        column = roles.get(role)
        if column and column not in taken and is_date_column(sample.values(column)):
            fields[role] = column
    if distinct_share(sample, code) < 1:
        roles.doubts.append(f"Some codes in '{code}' occur in several rows: such rows are joined if they agree.")
    title = _title(sample.path)
    lines = [*_head("table", rights, today, title), "[scheme]", f"id = {_quote(id_)}", f"title.sv = {_quote(title)}"]
    lines += [f"hierarchical = {str(bool(parent)).lower()}", ""]
    lines += [*_file_lines(sample, "file", "name", [*fields.values()]), "[file.columns]"]
    lines += [f"{name} = {_quote(column)}" for name, column in fields.items()]
    if roots:
        lines += ["", "[file.options]", "# Values of the parent that mean none.", f"root = {_toml_value(roots)}"]
    return _finish("a code list", id_, "table", lines, roles.doubts)


def _crosswalk_draft(
    sample: TableSample, roles: ColumnRoles, id_: str, rights: DraftRights, today: date
) -> SourceDraft:
    source = roles.get("source_code") or roles.get("valid_from") or roles.get("code")
    target = roles.get("target") or roles.get("valid_to")
    relation = roles.get("relation")
    doubts = [*roles.doubts, "Which code systems are they? Write their ids, as in /cs, for source and target."]
    lines = [*_head("mapping_table", rights, today, _title(sample.path)), "[mapping]", f"id = {_quote(id_)}"]
    lines += [f"source = {_quote(slug(source))}", f"target = {_quote(slug(target))}", ""]
    lines += [*_file_lines(sample, "file", "name", [source, target, relation]), "[file.columns]"]
    lines += [f"source = {_quote(source)}", f"target = {_quote(target)}", f"relation = {_quote(relation)}"]
    return _finish("mappings between two code systems", id_, "mapping_table", lines, doubts)


def _dataset_lines(id_: str, title: str) -> list[str]:
    described = ["[dataset]", f"id = {_quote(id_)}", f"title.sv = {_quote(title)}"]
    return [*described, f"description.sv = {_quote(title)}", ""]


def _dictionary_draft(
    sample: TableSample, roles: ColumnRoles, id_: str, rights: DraftRights, today: date
) -> SourceDraft:
    name = roles.get("variable")
    fields = {"name": name}
    fields |= {f"label.{language}": column for language, column in roles.columns("label")}
    described = [*roles.columns("description"), *roles.columns("definition")]
    fields |= {f"description.{language}": column for language, column in described}
    for role, key in (("unit", "unit"), ("table", "table")):
        if roles.get(role):
            fields[key] = roles.get(role)
    title = _title(sample.path)
    has_value_rows = distinct_share(sample, name) < 0.9 and roles.get("code") and not roles.get("table")
    used = list(fields.values())
    lines = [*_head("variables", rights, today, title), *_dataset_lines(id_, title)]
    if has_value_rows:
        # The labels are those of the values.
        meaning = [(language, column) for language, column in roles.columns("label") if column != name]
        fields = {key: column for key, column in fields.items() if not key.startswith("label.")}
        fields |= {
            key.replace("description.", "label."): column
            for key, column in list(fields.items())
            if key.startswith("description.")
        }
        used = list(fields.values())
        roles.doubts.append(f"Each row seems to be a value of the variable in '{name}'.")
    lines += [*_file_lines(sample, "variables", "file", used), "[variables.columns]"]
    lines += [f"{key} = {_quote(column)}" for key, column in fields.items()]
    if has_value_rows:
        code = roles.get("code")
        codes = [name, code, *(column for _, column in meaning)]
        lines += ["", *_file_lines(sample, "codes", "file", codes), "[codes.columns]", f"variable = {_quote(name)}"]
        lines += [f"code = {_quote(code)}", *(f"label.{language} = {_quote(c)}" for language, c in meaning)]
    elif column := roles.get("datatype"):
        roles.doubts.append(f"'{column}' may hold datatypes: see `words` in docs/how-to/source-toml.md.")
    if column := roles.get("values"):
        roles.doubts.append(f"'{column}' may hold the values: see [variables.values] in docs/how-to/source-toml.md.")
    return _finish("a list of variables", id_, "variables", lines, roles.doubts)


def _xlsform_draft(path: Path, id_: str, rights: DraftRights, today: date) -> SourceDraft:
    """Return the draft of an XLSForm (https://xlsform.org): its questions are variables, its choices code lists."""
    survey, choices = read_sample(path, "survey"), read_sample(path, "choices")
    title = _title(path)
    lines = [*_head("variables", rights, today, title), *_dataset_lines(id_, title)]
    labels = _form_labels(survey)
    lines += _file_lines(survey, "variables", "file", ["type", "name", *labels.values()])
    lines[-1:] = ['leave_out = { type = ["begin*", "end*", "note", ""] }', "", "[variables.columns]", 'name = "name"']
    lines += [f"label.{language} = {_quote(column)}" for language, column in labels.items()]
    lines += ["list = { column = \"type\", match = '^select_(?:one|multiple)\\s+(\\S+)' }"]
    words = '{ integer = "integer", decimal = "decimal", date = "date", dateTime = "dateTime", time = "time" }'
    lines += [f'datatype = {{ column = "type", words = {words}, otherwise = "string" }}', ""]
    labels = _form_labels(choices)
    list_name = "list_name" if "list_name" in choices.columns else choices.columns[0]
    lines += _file_lines(choices, "codes", "file", [list_name, "name", *labels.values()])
    lines += ["[codes.columns]", f"list = {_quote(list_name)}", 'code = "name"']
    lines += [f"label.{language} = {_quote(column)}" for language, column in labels.items()]
    return _finish("a form (XLSForm)", id_, "variables", lines, [])


def _form_labels(sample: TableSample) -> dict[str, str]:
    """Return the label columns by language: `label::Svenska (sv)`, or `label`, whose language is not stated."""
    labels = {}
    for column in sample.columns:
        if match := re.fullmatch(r"label(?:::?\s*(?:.*\((\w{2,3})\)|(\w{2})))?", column):
            labels[match[1] or match[2] or "und"] = column
    return labels
