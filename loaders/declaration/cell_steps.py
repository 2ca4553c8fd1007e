"""What a field is read from: a column of the publisher's, or several, and a few plain steps from cell to value.

    unit = "Enhet"
    name = { column = "Kod", match = '^MIABIS-(.*)$' }
    datatype = { column = "Typ", words = { Heltal = "integer" }, otherwise = "string" }

The steps are taken in the order in which they stand in `Cell`. docs/how-to/source-toml.md is the manual.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from begrepp.errors import InputError, Origin
from loaders.declaration.toml_table import TomlTable

_TAG = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<\s*(br|/p|/div|/li|/tr)\s*/?>", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_WIKI_LINK = re.compile(r"\[\[([^\]|]*)(?:\|([^\]]*))?\]\]")
_MARKS = re.compile(r"(?<!\w)(\*{1,3}|_{2,3})(?=\S)|(?<=\S)(\*{1,3}|_{2,3})(?!\w)")
_FOOTNOTE = re.compile(r"\[\^[^\]]*\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where a value comes from.

    `columns`: the first that is not empty. `template`: text with `{column}` in it, instead of one column.
    `match`: only what the pattern catches, or its group. `clean`: "html" or "markdown" becomes plain words.
    `replace`: pairs of what to put in whose place. `words`: the publisher's words and ours. `otherwise`: where
    there is no value, or no such word. `split`: divides a cell into several values. `text`: the same in every row.
    """

    columns: tuple[str, ...] = ()
    text: str = ""
    template: str = ""
    match: re.Pattern[str] | None = None
    all_matches: bool = False
    clean: str = ""
    replace: tuple[tuple[str, str], ...] = ()
    words: Mapping[str, str] | None = None
    otherwise: str | None = None
    split: str = ""

    def value(self, cells: Mapping[str, str], origin: Origin) -> str:
        """The value in a row, empty where there is none. Raises `InputError` for a word that is not in `words`."""
        return self._finished(self._raw(cells), origin)

    def values(self, cells: Mapping[str, str], origin: Origin) -> tuple[str, ...]:
        """The values in a row, each once: divided by `split`, or every match of the pattern."""
        raw = self._raw(cells)
        if self.all_matches and self.match:
            parts = [found[found.re.groups and 1] for found in self.match.finditer(raw)]
        elif self.split:
            parts = raw.split(self.split)
        else:
            parts = [raw]
        done = (self._finished(part.strip(), origin, matched=self.all_matches) for part in parts)
        return tuple(dict.fromkeys(value for value in done if value))

    def _raw(self, cells: Mapping[str, str]) -> str:
        if self.template:
            return re.sub(r"\{([^{}]+)\}", lambda found: cells.get(found[1], ""), self.template).strip()
        for column in self.columns:
            if found := cells.get(column):
                return found
        return self.text

    def _finished(self, value: str, origin: Origin, *, matched: bool = False) -> str:
        if self.match and not matched:
            found = self.match.search(value)
            value = (found[found.re.groups and 1] or "").strip() if found else ""
        value = plain_words(value, self.clean) if self.clean else value
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
    def reads(self) -> tuple[str, ...]:
        """All columns that the value may come from."""
        return (*self.columns, *re.findall(r"\{([^{}]+)\}", self.template))


def read_cell(keys: TomlTable, key: str) -> Cell | None:
    """A field of the declaration: a column's name, or a table of steps; None where it is not said."""
    if key not in keys:
        return None
    said = keys.either(key)
    return Cell(columns=(said,)) if isinstance(said, str) else _read_steps(said)


def read_texts(keys: TomlTable, key: str) -> tuple[tuple[str, Cell], ...]:
    """A field in several languages: `label.sv = "Etikett"`."""
    if key not in keys:
        return ()
    languages = keys.table(key)
    found = tuple((language, cell) for language in list(languages) if (cell := read_cell(languages, language)))
    languages.done()
    return found


def _read_steps(keys: TomlTable) -> Cell:
    words = keys.table("words") if "words" in keys else None
    pattern = keys.pattern("match")
    every = keys.pattern("every")
    replace = keys.table("replace")
    cell = Cell(
        columns=keys.strings("column"),
        text=keys.text("text"),
        template=keys.text("template"),
        clean=keys.text("clean"),
        match=re.compile(every or pattern, re.MULTILINE) if every or pattern else None,
        all_matches=bool(every),
        replace=tuple((old, replace.text(old)) for old in list(replace)),
        words=_read_map(words) if words is not None else None,
        otherwise=keys.text("otherwise") if "otherwise" in keys else None,
        split=keys.text("split"),
    )
    if not (cell.columns or cell.text or cell.template):
        keys.fail("column", "is missing.", "Say where the value comes from: column, template or text.")
    if pattern and every:
        keys.fail("every", "stands beside match.", "match takes the first, every takes all: keep one of them.")
    if cell.clean not in ("", "html", "markdown"):
        keys.fail("clean", f"is '{cell.clean}'.", 'Use "html" or "markdown".')
    keys.done()
    return cell


def _read_map(keys: TomlTable) -> dict[str, str]:
    return {word: keys.text(word) for word in list(keys)}


def plain_words(value: str, form: str) -> str:
    """HTML or Markdown as plain words, paragraphs kept."""
    if form == "html":
        value = html.unescape(_TAG.sub("", _BREAK.sub("\n", value)))
    else:
        value = _MARKDOWN_LINK.sub(r"\1", _WIKI_LINK.sub(lambda found: found[2] or found[1], value))
        value = _MARKS.sub("", _FOOTNOTE.sub("", value)).replace("\\", "")
    lines = (" ".join(line.split()) for line in value.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
