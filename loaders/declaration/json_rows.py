"""Rows from a JSON or YAML document: the objects at a path, flattened, with the values of their parent objects.

A value `#/list/yes_no` refers to a list elsewhere in the document or in another file, and is replaced by it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import yaml

from begrepp.errors import InputError, Origin
from begrepp.sources.json_errors import json_error
from begrepp.sources.rows import clean_cell
from begrepp.sources.table_forms import quote_toml
from loaders.declaration.source_toml import join_names

MAX_JSON = 200_000_000
_MAX_YAML = 20_000_000
"""Largest size of a YAML document; its parser needs about 100 times the size in memory."""
_MAX_CELLS = 10_000
"""Most values in one row; aliases in YAML can make a small document exponentially large."""
_STEP = re.compile(r"(.*?)(\[\]|\{\})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Targets of references: an object of the document (`inside`), or the file named by the first step (`files`)."""

    inside: str = ""
    files: Mapping[str, Path] = field(default_factory=dict)

    def targets(self, document: Any) -> Mapping[str, Any]:
        """Return what references can point to."""
        if self.files:
            return {step: _read_document(path, "json", "utf-8") for step, path in self.files.items()}
        section = document.get(self.inside) if self.inside and isinstance(document, dict) else None
        return section if isinstance(section, dict) else {}


def read_document_rows(
    path: Path, form: str, encoding: str, rows: str, references: References
) -> Iterator[dict[str, str]]:
    """Yield the objects at the path `rows` (`schemas[].fields[]`, `codes{}`), with the document's own values.

    Below `{}`, the names of an object's members are `@key`, and members that are no objects are `@value`. The values
    of the document are `document.<name>`. Raises `InputError` if the file is not JSON or YAML, or the path does not
    exist.
    """
    document = _read_document(path, form, encoding)
    targets = references.targets(document)
    own = (
        {key: each for key, each in document.items() if not isinstance(each, dict)}
        if isinstance(document, dict)
        else {}
    )
    inherited = {f"document.{key}": value for key, value in flatten(own, targets).items()}
    yield from _rows_below(document, [step for step in rows.split(".") if step], inherited, targets, path)


def _read_document(path: Path, form: str, encoding: str) -> Any:
    limit = _MAX_YAML if form == "yaml" else MAX_JSON
    if path.stat().st_size > limit:
        raise InputError(path, f"the file is larger than {limit:,} bytes.", "Divide it, or convert it to CSV.")
    try:
        text = path.read_text(encoding="utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            path,
            f"byte 0x{error.object[error.start]:02X} is not {encoding.upper()}.",
            'Save it as UTF-8, or name its encoding in source.toml: encoding = "windows-1252".',
        ) from None
    try:
        if form == "yaml":
            return yaml.load(text, Loader=_TextLoader)
        if path.suffix.lower() in (".jsonl", ".ndjson"):
            return [_parse_json(line) for line in text.split("\n") if line.strip()]
        return _parse_json(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        origin = Origin(path.name, mark.line + 1) if mark else Origin(path.name)
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise InputError(origin, f"not well-formed YAML: {problem}.", "Fix the line.") from None
    except (ValueError, RecursionError) as error:
        raise json_error(path.read_bytes(), Origin(path.name), error) from None


def _parse_json(text: str) -> Any:
    """Return a JSON document with its numbers as written, since a number may be a code: `1.10` is not `1.1`."""
    return json.loads(text, object_pairs_hook=_new_object, parse_int=str, parse_float=str)


def guess_rows(path: Path, form: str) -> str:
    """Return the path of the rows that a document most likely has: `[]`, `codes[]`, `values{}`.

    Raises `InputError` if it has none.
    """
    document = _read_document(path, form, "utf-8")
    if found := next(_row_paths(document, ""), ""):
        return found
    raise InputError(path, "the document holds no list of objects.", 'Say where the rows are: rows = "…".')


def _new_object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of a document. Raises `ValueError` for a repeated name, whose value would be lost."""
    found = dict(members)
    if len(found) < len(members):
        repeated = next(name for place, (name, _) in enumerate(members) if name in dict(members[:place]))
        raise ValueError(f"the name '{repeated}' occurs twice in an object")
    return found


class _TextLoader(yaml.BaseLoader):
    """YAML loader that creates only strings, lists and objects: `NO` is no boolean, and `1.10` keeps its zero."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return an object, with the members that merge keys (`<<`) add. Raises `YAMLError` for a repeated name."""
        members = [
            (str(self.construct_object(key)), self.construct_object(value, deep=True)) for key, value in node.value
        ]
        try:
            found = _new_object(members)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from None
        merged = found.pop("<<", {})
        for each in merged if isinstance(merged, list) else [merged]:
            found = {**each, **found} if isinstance(each, dict) else found
        return cast(dict[Hashable, Any], found)


def _rows_below(
    value: Any, steps: list[str], inherited: dict[str, str], targets: Mapping[str, Any], path: Path
) -> Iterator[dict[str, str]]:
    """Yield the flattened objects below a value, each with the values of its parents (`schemas.name`)."""
    if not steps:
        if not isinstance(value, dict):
            raise InputError(path, f"a row is {type(value).__name__}, not an object.", _advice(value))
        yield {**inherited, **_flat_row(value, targets, path)}
        return
    step, rest = steps[0], steps[1:]
    match = _STEP.fullmatch(step)
    key, brackets = (match[1], match[2] or "") if match else (step, "")
    if key:
        if not isinstance(value, dict) or key not in value:
            names = join_names(sorted(value)) if isinstance(value, dict) else "no names at all"
            raise InputError(path, f"there is no '{key}' (there are: {names}).", "Correct `rows`.")
        value = value[key]
    match brackets, value:
        case "", _:
            yield from _rows_below(value, rest, inherited, targets, path)
        case "[]", list():
            for each in value:
                values = _parent_values(key, each, rest, targets, path)
                yield from _rows_below(each, rest, inherited | values, targets, path)
        case "{}", dict():
            for name, each in value.items():
                member = {"@key": str(name)} | _parent_values(key, each, rest, targets, path)
                if isinstance(each, (dict, list)) and (rest or isinstance(each, dict)):
                    yield from _rows_below(each, rest, inherited | member, targets, path)
                else:
                    yield {**inherited, **member, "@value": _scalar_or_lines(each)}
        case _:
            where = f"'{key}'" if key else "the document"
            kind = "a list" if brackets == "[]" else "an object"
            raise InputError(path, f"{where} is not {kind}.", _advice(value, key))


def _advice(value: Any, key: str = "") -> str:
    """Return which `rows` would read a value."""
    if isinstance(value, list):
        return f"Write in source.toml, below the name of the file: rows = {quote_toml(f'{key}[]')}."
    if not isinstance(value, dict):
        return "Correct `rows` in source.toml."
    choices = [f"rows = {quote_toml(path)}" for path in list(_row_paths(value, key))[:5]]
    return (
        f"Write in source.toml, below the name of the file: {' or '.join(choices)}; "
        "with {} each member of the object is a row, and its name the column @key."
    )


def _row_paths(value: Any, path: str, depth: int = 4) -> Iterator[str]:
    """Yield the paths of lists of objects, and of objects whose members are alike, below a value."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        yield f"{path}[]"
    if not isinstance(value, dict) or not value or not depth:
        return
    members = list(value.values())
    objects = [each for each in members if isinstance(each, dict)]
    are_alike = len(objects) == len(members) and bool(set.intersection(*map(set, objects)))
    has_values = are_alike and any(not isinstance(each, dict) for each in objects[0].values())
    if has_values or (len(members) > 1 and not any(isinstance(each, (dict, list)) for each in members)):
        yield f"{path}{{}}"
    if are_alike:
        for name, each in objects[0].items():
            yield from _row_paths(each, f"{path}{{}}.{name}", depth - 1)
    if not are_alike or len(members) == 1:
        for name, each in value.items():
            yield from _row_paths(each, f"{path}.{name}" if path else name, depth - 1)


def _parent_values(key: str, value: Any, rest: list[str], targets: Mapping[str, Any], path: Path) -> dict[str, str]:
    """Return the values of an object above the rows, without the member that contains the rows."""
    if not (key and rest and isinstance(value, dict)):
        return {}
    match = _STEP.fullmatch(rest[0])
    own = {name: each for name, each in value.items() if not match or name != match[1]}
    return {f"{key}.{name}": cell for name, cell in _flat_row(own, targets, path).items()}


def _flat_row(value: Any, targets: Mapping[str, Any], path: Path) -> dict[str, str]:
    try:
        return flatten(value, targets)
    except OverflowError:
        raise InputError(path, f"a row has more than {_MAX_CELLS:,} values.", "Correct `rows`, or the file.") from None


def flatten(value: Any, targets: Mapping[str, Any] = MappingProxyType({})) -> dict[str, str]:
    """Flatten an object: nested objects get dotted names (`meta.displayName`), lists of scalars become lines.

    Raises `OverflowError` for an object with more than 10,000 values.
    """
    flat: dict[str, str] = {}
    if not isinstance(value, dict):
        return flat
    waiting: list[tuple[str, Any]] = [(str(key), each) for key, each in reversed(value.items())]
    count = 0
    while waiting:
        count += 1
        if count > _MAX_CELLS:
            raise OverflowError
        name, each = waiting.pop()
        resolved = _resolve(each, targets)
        if isinstance(resolved, dict):
            waiting += [(f"{name}.{key}", member) for key, member in reversed(resolved.items())]
        elif not isinstance(resolved, list):
            flat[name] = _scalar(resolved)
        elif not any(isinstance(item, (dict, list)) for item in resolved):
            flat[name] = _scalar_or_lines(resolved)
    return flat


def _resolve(value: Any, targets: Mapping[str, Any]) -> Any:
    """Resolve a reference such as `#/list/yes_no`; other values are returned unchanged."""
    if not (targets and isinstance(value, str) and value.startswith("#/")):
        return value
    target: Any = targets
    for step in value.removeprefix("#/").split("/"):
        target = target.get(step) if isinstance(target, Mapping) else None
    return value if target is None else target


def _scalar_or_lines(value: Any) -> str:
    return "\n".join(map(_scalar, value)) if isinstance(value, list) else _scalar(value)


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return clean_cell(unicodedata.normalize("NFC", str(value)))
