"""Draft of a `source.toml`: text of the declaration, its kind, and what was not certain."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from begrepp.errors import InputError
from begrepp.sources.table_forms import quote_toml
from loaders.declaration.agents import slug
from loaders.drafts.column_relations import find_parent, find_replacement, find_statuses, find_table, is_date_column
from loaders.drafts.column_roles import (
    ColumnRoles,
    distinct_share,
    find_code,
    find_label,
    guess_roles,
    is_key,
)
from loaders.drafts.draft_text import (
    DraftRights,
    SourceDraft,
    dataset_lines,
    file_lines,
    finish_draft,
    head_lines,
    title_of,
    toml_value,
)
from loaders.drafts.formats import RecognisedFormat, recognise
from loaders.drafts.table_sample import TableSample, read_sample, shape_of
from loaders.support.unread_formats import refuse_unread_formats

_XLSFORM = {"survey", "choices"}


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
    refuse_unread_formats([path])
    sample = read_sample(path, sheet)
    if not sample.columns or not sample.rows:
        raise InputError(path, "no table was found in the file.", "Check that you named the right file.")
    if {*sample.sheets} >= _XLSFORM:
        return _xlsform_draft(path, id_, rights, today)
    roles = guess_roles(sample)
    roles.doubts[:0] = sample.doubts
    if not roles.by_role and "header" not in sample.keys:
        roles.doubts.append(f"No name in the header is known: if {sample.columns} are values, set header = false.")
    source, target = _crosswalk_columns(roles)
    if source:
        return _crosswalk_draft(sample, roles, (source, target), id_, rights, today)
    if roles.get("variable") and all(value.isdigit() for value in sample.values(roles.get("variable"))):
        # Names of variables are words; figures are the codes of a list of that name.
        roles.codes.append(roles.by_role.pop("variable"))
    if roles.get("variable") and not _is_code_list(sample, roles):
        return _dictionary_draft(sample, roles, id_, rights, today)
    return _list_draft(sample, roles, id_, rights, today)


def _crosswalk_columns(roles: ColumnRoles) -> tuple[str, str]:
    """Return the columns of both codes of a crosswalk; empty if the table is none."""
    source, target = roles.get("source_code"), roles.get("target")
    if source and (target := target or next((each for each in roles.codes if each != source), "")):
        return source, target
    source = source or roles.get("code") or roles.get("valid_from")
    target = target or roles.get("valid_to")
    return (source, target) if source and target and roles.get("relation") else ("", "")


def _is_code_list(sample: TableSample, roles: ColumnRoles) -> bool:
    code, name = roles.get("code"), roles.get("variable")
    return bool(code) and is_key(sample, code) and not is_key(sample, name)


def _format_draft(found: RecognisedFormat, id_: str, path: Path, rights: DraftRights, today: date) -> SourceDraft:
    if not found.needs_declaration:
        return SourceDraft(f"a source that begrepp knows ({found.loader})", found.loader, found.loader)
    title = title_of(path)
    lines = list(head_lines(found.loader, rights, today, title))
    if found.needs_scheme:
        lines += ["[scheme]", f"id = {quote_toml(id_)}", f"title.sv = {quote_toml(title)}"]
    if found.needs_dataset:
        lines += ["[dataset]", f"id = {quote_toml(id_)}", f"title.sv = {quote_toml(title)}"]
        lines.append(f"description.sv = {quote_toml(title)}")
    if found.needs_file:
        lines += ["", "[[file]]", f"name = {quote_toml(path.name)}"]
    draft = finish_draft(f"the format {found.loader}", id_, found.loader, lines, [])
    draft.names_files = False
    return draft


def _list_draft(sample: TableSample, roles: ColumnRoles, id_: str, rights: DraftRights, today: date) -> SourceDraft:
    code = find_code(sample, roles)
    if not code:
        names = ", ".join(sample.columns)
        reason = f"no column holds codes, since none has distinct short values (there are: {names})."
        step = "If each row is a person or an event, it is data: list its variables instead."
        raise InputError(
            sample.path, reason, f"{step} Otherwise add a column of codes, or write the source.toml by hand."
        )
    labels = find_label(sample, roles, code)
    _refuse_data(sample, roles, code, labels)
    _leave_out_empty(sample, roles, code)
    if not labels:
        roles.doubts.append("No column of labels was found: the codes are their own labels.")
    parent, roots = find_parent(sample, roles, code)
    fields: dict[str, str] = {"notation": code}
    fields |= {f"pref_label.{language}": column for language, column in labels or [("zxx", code)]}
    replacement = find_replacement(sample, roles, code)
    status, status_words = find_statuses(sample, roles)
    fields |= {name: c for name, c in (("replaced_by", replacement), ("status", status)) if c}
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
    without = _leave_out_words(sample, roles, code, labels)
    if labels and without:
        roles.doubts.append(f"{without} rows have no label: their codes are their labels (label_by_notation).")
    title = title_of(sample.path)
    lines = [
        *head_lines("table", rights, today, title),
        "[scheme]",
        f"id = {quote_toml(id_)}",
        f"title.sv = {quote_toml(title)}",
    ]
    lines += [f"hierarchical = {str(bool(parent)).lower()}", ""]
    lines += [*file_lines(sample, "file", "name", [*fields.values()]), "[file.columns]"]
    lines += [f"{name} = {quote_toml(column)}" for name, column in fields.items()]
    if roots or status_words or (labels and without):
        lines += ["", "[file.options]"]
    lines += [f"status.{name} = {toml_value(words)}" for name, words in status_words.items()]
    if labels and without:
        lines.append("label_by_notation = true")
    if roots:
        lines += ["# Values of the parent that mean none.", f"root = {toml_value(roots)}"]
    return finish_draft("a code list", id_, "table", lines, roles.doubts)


def _refuse_data(sample: TableSample, roles: ColumnRoles, code: str, labels: Sequence[tuple[str, str]]) -> None:
    """Refuse a table of data: no column is called a label, and all columns beside the code repeat few values."""
    if roles.columns("label") or roles.columns("description") or roles.columns("definition"):
        return
    texts = [column for _, column in labels] or [column for column in sample.columns if column != code]
    if len(sample.columns) > 3 and len(sample.rows) > 5 and all(distinct_share(sample, c) < 0.5 for c in texts):
        reason = f"it looks like data: each row has an id in '{code}', and the other columns repeat values."
        step = "Add metadata instead: a table with one row for each variable, with its name, label and values."
        raise InputError(sample.path, reason, step)


def _leave_out_words(sample: TableSample, roles: ColumnRoles, code: str, labels: Sequence[tuple[str, str]]) -> int:
    """Leave out rows without label whose code has another shape than all others, such as a sum or a heading.

    Returns the number of other rows without label.
    """
    named = [any(row.get(column) for _, column in labels) for row in sample.rows]
    shapes = {shape_of(row.get(code, "")) for row, is_named in zip(sample.rows, named, strict=True) if is_named}
    unnamed = [row[code] for row, is_named in zip(sample.rows, named, strict=True) if row.get(code) and not is_named]
    if words := [value for value in unnamed if shape_of(value) not in shapes] if labels else []:
        sample.left_out.setdefault(code, []).extend(dict.fromkeys(words))
        shown = ", ".join(words[:3])
        roles.doubts.append(f"{len(words)} rows without label seem to hold no code, and are left out: {shown}.")
    return len(unnamed) - len(words)


def _leave_out_empty(sample: TableSample, roles: ColumnRoles, code: str) -> None:
    """Leave out the rows without a code, and say how many they are."""
    if empty := sum(not row.get(code) for row in sample.rows):
        sample.left_out.setdefault(code, []).append("")
        roles.doubts.append(f"{empty} of {len(sample.rows)} rows have no code in '{code}': they are left out.")


def _crosswalk_draft(
    sample: TableSample, roles: ColumnRoles, codes: tuple[str, str], id_: str, rights: DraftRights, today: date
) -> SourceDraft:
    source, target = codes
    relation = roles.get("relation")
    systems = [_system_of(sample, column) for column in codes]
    doubts = [*roles.doubts, "Which code systems are they? Write their ids, as in /cs, for source and target."]
    if not relation:
        doubts.append("No column gives the relation of the codes: related was written; write exact if they are equal.")
    if any(row.get(target) == "0" for row in sample.rows):
        sample.left_out[target] = ["0"]
        doubts.append(f"0 in '{target}' seems to mean that there is no target: such rows are left out.")
    lines = [*head_lines("mapping_table", rights, today, title_of(sample.path)), "[mapping]", f"id = {quote_toml(id_)}"]
    lines += [f"source = {quote_toml(systems[0])}", f"target = {quote_toml(systems[1])}"]
    lines += ["", *file_lines(sample, "file", "name", [*codes, relation, *sample.left_out]), "[file.columns]"]
    lines += [f"source = {quote_toml(source)}", f"target = {quote_toml(target)}"]
    lines += [f"relation = {quote_toml(relation)}"] if relation else ['# relation = "…"']
    return finish_draft("mappings between two code systems", id_, "mapping_table", lines, doubts)


def _system_of(sample: TableSample, code: str) -> str:
    """Return the id of a code's system: the only value of a column such as `target_vocabulary_id`, or the column.

    The numbers of OMOP's concepts, in columns such as `target_concept_id`, are no codes of that vocabulary.
    """
    stem = re.split(r"[_\s]|(?<=[a-z])(?=[A-Z])", code)[0]
    for column in sample.columns if "concept" not in code.lower() else ():
        is_system = re.match(rf"{re.escape(stem)}[_\s]?(vocabulary|code ?system|system|kodverk)", column, re.IGNORECASE)
        if is_system and len(values := {*sample.values(column)}) == 1:
            return slug(values.pop())
    return slug(code)


def _dictionary_draft(
    sample: TableSample, roles: ColumnRoles, id_: str, rights: DraftRights, today: date
) -> SourceDraft:
    name = roles.get("variable")
    fields = {"name": name}
    fields |= {f"label.{language}": column for language, column in roles.columns("label")}
    described = [*roles.columns("description"), *roles.columns("definition")]
    fields |= {f"description.{language}": column for language, column in described}
    if roles.get("unit"):
        fields["unit"] = roles.get("unit")
    if table := find_table(sample, roles, name):
        fields["table"] = table
    title = title_of(sample.path)
    has_value_rows = distinct_share(sample, name) < 0.9 and roles.get("code") and not fields.get("table")
    used = list(fields.values())
    lines = [*head_lines("variables", rights, today, title), *dataset_lines(id_, title)]
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
    section = [*file_lines(sample, "variables", "file", used)]
    if unnamed := sum(not row.get(name) for row in sample.rows):
        section.insert(-1, "skip_without_name = true")
        roles.doubts.append(f"{unnamed} of {len(sample.rows)} rows name no variable in '{name}': they are left out.")
    lines += [*section, "[variables.columns]"]
    lines += [f"{key} = {quote_toml(column)}" for key, column in fields.items()]
    if has_value_rows:
        code = roles.get("code")
        codes = [name, code, *(column for _, column in meaning)]
        lines += ["", *file_lines(sample, "codes", "file", codes), "[codes.columns]", f"variable = {quote_toml(name)}"]
        lines += [f"code = {quote_toml(code)}", *(f"label.{language} = {quote_toml(c)}" for language, c in meaning)]
    elif column := roles.get("datatype"):
        roles.doubts.append(f"'{column}' may hold datatypes: see `words` in docs/how-to/source-toml.md.")
    if column := roles.get("values"):
        roles.doubts.append(f"'{column}' may hold the values: see [variables.values] in docs/how-to/source-toml.md.")
    return finish_draft("a list of variables", id_, "variables", lines, roles.doubts)


def _xlsform_draft(path: Path, id_: str, rights: DraftRights, today: date) -> SourceDraft:
    """Return the draft of an XLSForm (https://xlsform.org): its questions are variables, its choices code lists."""
    survey, choices = read_sample(path, "survey"), read_sample(path, "choices")
    title = title_of(path)
    lines = [*head_lines("variables", rights, today, title), *dataset_lines(id_, title)]
    labels = _form_labels(survey)
    lines += file_lines(survey, "variables", "file", ["type", "name", *labels.values()])
    lines[-1:] = ['leave_out = { type = ["begin*", "end*", "note", ""] }', "", "[variables.columns]", 'name = "name"']
    lines += [f"label.{language} = {quote_toml(column)}" for language, column in labels.items()]
    lines += ["list = { column = \"type\", match = '^select_(?:one|multiple)\\s+(\\S+)' }"]
    words = '{ integer = "integer", decimal = "decimal", date = "date", dateTime = "dateTime", time = "time" }'
    lines += [f'datatype = {{ column = "type", words = {words}, otherwise = "string" }}', ""]
    labels = _form_labels(choices)
    list_name = "list_name" if "list_name" in choices.columns else choices.columns[0]
    lines += file_lines(choices, "codes", "file", [list_name, "name", *labels.values()])
    lines += ["[codes.columns]", f"list = {quote_toml(list_name)}", 'code = "name"']
    lines += [f"label.{language} = {quote_toml(column)}" for language, column in labels.items()]
    return finish_draft("a form (XLSForm)", id_, "variables", lines, [])


def _form_labels(sample: TableSample) -> dict[str, str]:
    """Return the label columns by language: `label::Svenska (sv)`, or `label`, whose language is not stated."""
    labels = {}
    for column in sample.columns:
        if match := re.fullmatch(r"label(?:::?\s*(?:.*\((\w{2,3})\)|(\w{2})))?", column):
            labels[match[1] or match[2] or "und"] = column
    return labels
