"""Shape of a query: its text with placeholders for the IRIs and strings of its group, by which queries are alike."""

from __future__ import annotations

import re

_VALUE = re.compile(r"""(<[^<>"{}|^`\\\x00-\x20]*>|"[^"\n\r]*"|'[^'\n\r]*'|\#[^\n\r]*)""")
"""An IRI, a string or a comment of a text without backslashes, as the tokenizer reads them."""
_PLACEHOLDERS = {"<": "<:>", '"': '"x"', "'": '"x"', "#": " "}


def split_query(query: str) -> tuple[str, list[str]] | None:
    """Return the shape of a query without backslashes, and the IRIs and strings in the order of the placeholders.

    Text before the first brace, where prefixes are declared, is part of the shape; comments after it are not. Queries
    of one shape have the same kinds of tokens, and the same text in all tokens but those of the placeholders, if the
    tokens of the shape have as many placeholders as there are values. Returns None for long strings, and where a quote
    or `<` begins none of these.
    """
    head, brace, group = query.partition("{")
    if '"""' in group or "'''" in group:
        return None
    parts = _VALUE.split(group)
    between = "".join(parts[::2])
    if "<" in between or '"' in between or "'" in between:
        return None
    values = parts[1::2]
    parts[1::2] = [_PLACEHOLDERS[value[0]] for value in values]
    return f"{head}{brace}{''.join(parts)}", [value for value in values if value[0] != "#"]
