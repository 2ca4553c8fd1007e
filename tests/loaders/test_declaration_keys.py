"""The manual of `source.toml` documents every key that a loader reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from begrepp.settings import ROOT
from loaders.declaration import value_lists, variables
from loaders.declaration.toml_table import TomlTable
from loaders.table import options

MANUAL = (ROOT / "docs" / "how-to" / "source-toml.md").read_text(encoding="utf-8")
READERS = {name for name in vars(TomlTable) if not name.startswith("_")} - {"add_problem", "add_error", "inner"}
READERS |= {"read_agent", "read_partial_date", "read_field_mapping", "read_texts"}


def keys_read() -> Iterator[str]:
    """Yield the literal keys of all calls that read a declaration."""
    for path in sorted((ROOT / "loaders").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "TomlTable" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call):
                continue
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if name in READERS:
                literals = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
                yield from (each for each in literals if isinstance(each, str) and re.fullmatch("[a-z_]+", each))


def test_the_manual_documents_every_key() -> None:
    fields = {*options.PLAIN_FIELDS, *options.TEXT_FIELDS, *options.NOTE_FIELDS}
    fields |= {*variables.FIELDS, *variables.TEXT_FIELDS, *value_lists.FIELDS}
    keys = {*keys_read(), *fields}
    assert {"notation", "encoding", "licence", "publisher", "skip_empty_labels"} <= keys
    code = " ".join(re.findall(r"`[^`\n]+`|^(?:\[|\w+(?:\.\w+)? = ).*$", MANUAL, re.MULTILINE))
    missing = [key for key in sorted(keys) if not re.search(rf"\b{key}\b", code)]
    assert not missing, missing
