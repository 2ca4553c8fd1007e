"""Field mapping of a declaration: the columns that a field is read from, and the steps from cell to value.

    unit = "Enhet"
    name = { column = "Kod", match = '^MIABIS-(.*)$' }
    datatype = { column = "Typ", words = { Heltal = "integer" }, otherwise = "string" }

The steps are applied in the order of the fields of `FieldMapping`. Manual: docs/how-to/source-toml.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from begrepp.errors import InputError, Origin
from loaders.declaration.limited_pattern import LimitedPattern, read_pattern
from loaders.declaration.toml_table import TomlTable
from loaders.declaration.wildcards import matches_any
from loaders.support.html_text import collapse_spaces, from_html

_MARKDOWN_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_WIKI_LINK = re.compile(r"\[\[([^\]|]*)(?:\|([^\]]*))?\]\]")
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{2,3})(?=\S)|(?<=\S)(\*{1,3}|_{2,3})(?!\w)")
_FOOTNOTE = re.compile(r"\[\^[^\]]*\]")


@dataclass(frozen=True, slots=True)
class TomlPlace:
    """A key of a table of the declaration."""

    table: TomlTable
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMapping:
    """Rule for a value in a row.

    `columns`: the first non-empty column. `text`: a constant. `template`: text with `{column}` placeholders.
    `match`: the match of a pattern, or its group. `all_matches`: every match is a value. `clean`: "html" or
    "markdown", converted to plain text. `replace`: pairs of old and new text. `words`: table from the publisher's
    values to those of begrepp. `otherwise`: the value if there is none, or none in `words`. `split`: separator of
    several values. `when`: there is a value only in rows in which each of these columns has one of these values.
    """

    columns: tuple[str, ...] = ()
    text: str = ""
    template: str = ""
    match: LimitedPattern | None = None
    all_matches: bool = False
    clean: str = ""
    replace: tuple[tuple[str, str], ...] = ()
    words: Mapping[str, str] | None = None
    otherwise: str | None = None
    split: str = ""
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    place: TomlPlace | None = field(default=None, compare=False)
    """The key that declares it."""

    def value(self, cells: Mapping[str, str], origin: Origin) -> str:
        """Return the value in a row, empty if there is none. Raises `InputError` for a value that is not in `words`."""
        return self._apply_steps(self._raw_value(cells), origin) if self.is_used(cells) else ""

    def values(self, cells: Mapping[str, str], origin: Origin) -> tuple[str, ...]:
        """Return the distinct values in a row: separated by `split`, or every match of the pattern."""
        if not self.is_used(cells):
            return ()
        raw = self._raw_value(cells)
        if self.all_matches and self.match:
            parts = [match[self.match.groups and 1] for match in self.match.find_all(raw)]
        elif self.split:
            parts = raw.split(self.split)
        else:
            parts = [raw]
        finished = (self._apply_steps(part.strip(), origin, matched=self.all_matches) for part in parts)
        return tuple(dict.fromkeys(value for value in finished if value))

    def is_used(self, cells: Mapping[str, str]) -> bool:
        """Return whether the conditions of `when` hold in a row."""
        return not self.when or all(matches_any(cells.get(column, ""), values) for column, values in self.when.items())

    def _raw_value(self, cells: Mapping[str, str]) -> str:
        if self.template:
            return re.sub(r"\{([^{}]+)\}", lambda value: cells.get(value[1], ""), self.template).strip()
        for column in self.columns:
            if value := cells.get(column):
                return value
        return self.text

    def _apply_steps(self, value: str, origin: Origin, *, matched: bool = False) -> str:
        if self.match and not matched:
            match = self.match.search(value)
            value = (match[self.match.groups and 1] or "").strip() if match else ""
        if self.clean:
            value = from_html(value, paragraphs=True) if self.clean == "html" else from_markdown(value)
        for old, new in self.replace:
            value = value.replace(old, new)
        value = value.strip()
        if self.words is not None and (value or "" in self.words):
            if value in self.words:
                return self.words[value]
            if self.otherwise is None:
                raise InputError(
                    origin,
                    f"'{value}' in column '{' or '.join(self.columns)}' is none of the words that are declared "
                    f"({', '.join(map(repr, self.words))}).",
                    "Say in source.toml what it means, or say `otherwise`.",
                )
            return self.otherwise
        return value or self.otherwise or ""

    @property
    def source_columns(self) -> tuple[str, ...]:
        """Return all columns that the value may be read from."""
        return (*self.columns, *re.findall(r"\{([^{}]+)\}", self.template))


def read_field_mapping(toml: TomlTable, key: str) -> FieldMapping | None:
    """Read a field of the declaration: a column's name, or a table of steps; None if the key is missing."""
    if key not in toml:
        return None
    return _new_mapping(toml, key, toml.text_or_table(key))


def read_field_mappings(toml: TomlTable, key: str) -> tuple[FieldMapping, ...]:
    """Read a field that may have several columns, each with its steps: `["synonym 1", { column = "synonym 2" }]`."""
    if key not in toml:
        return ()
    return tuple(_new_mapping(toml, key, each) for each in toml.texts_or_tables(key))


def _new_mapping(toml: TomlTable, key: str, value: str | TomlTable) -> FieldMapping:
    if isinstance(value, str):
        return FieldMapping(columns=(value,) if value else (), place=TomlPlace(toml, key))
    return read_steps(value)


def read_text_mappings(toml: TomlTable, key: str) -> tuple[tuple[str, FieldMapping], ...]:
    """Read a field in several languages, each with one column or several: `alt_label.sv = ["a", "b"]`."""
    if key not in toml:
        return ()
    languages = toml.texts_table(key)
    names = list(languages)
    for language in names:
        languages.check_language(language)
    found = tuple((language, each) for language in names for each in read_field_mappings(languages, language))
    languages.done()
    return found


def read_texts(toml: TomlTable, key: str) -> tuple[tuple[str, FieldMapping], ...]:
    """Read a field in several languages: `label.sv = "Etikett"`."""
    if key not in toml:
        return ()
    languages = toml.texts_table(key)
    texts = tuple((language, cell) for language in list(languages) if (cell := read_field_mapping(languages, language)))
    languages.done()
    return texts


def read_steps(toml: TomlTable) -> FieldMapping:
    """Read the table of a field: its columns, and the steps from cell to value."""
    words = toml.table("words") if "words" in toml else None
    pattern, every = (read_pattern(toml, key, multiline=True) for key in ("match", "every"))
    replace = toml.table("replace")
    when = toml.table("when")
    cell = FieldMapping(
        columns=toml.strings("column"),
        text=toml.text("text"),
        template=toml.text("template"),
        clean=toml.text("clean"),
        match=next((each for each in (every, pattern) if each.pattern), None),
        all_matches=bool(every.pattern),
        replace=tuple((old, replace.text(old)) for old in list(replace)),
        words=_read_words(words) if words is not None else None,
        otherwise=toml.text("otherwise") if "otherwise" in toml else None,
        split=toml.text("split"),
        when={column: when.strings(column) for column in list(when)},
        place=TomlPlace(toml, "column"),
    )
    if not (cell.columns or cell.text or cell.template):
        example = 'Say where the value comes from: column = "…", template or text.'
        toml.add_problem("column", "is missing.", example, is_missing=True)
    if pattern.pattern and every.pattern:
        toml.add_problem(
            "every", "cannot be used with match.", "match takes the first, every takes all: keep one of them."
        )
    if cell.clean not in ("", "html", "markdown"):
        toml.add_choice_problem("clean", cell.clean, ("html", "markdown"))
    toml.done()
    return cell


def _read_words(toml: TomlTable) -> dict[str, str]:
    return {word: toml.text(word) for word in list(toml)}


def from_markdown(value: str) -> str:
    """Convert Markdown to plain text; blank lines between paragraphs are kept."""
    value = _MARKDOWN_LINK.sub(r"\1", _WIKI_LINK.sub(lambda found: found[2] or found[1], value))
    return collapse_spaces(_EMPHASIS.sub("", _FOOTNOTE.sub("", value)).replace("\\", ""))
