"""Patterns of shapes in the words of Python's `re`, for a comparison with pySHACL."""

from __future__ import annotations

from pathlib import Path

PATTERNS_OF_PYTHON = {r"\\p{Cc}": r"\u0001-\u001F\u007F-\u009F"}
"""Pieces of patterns by XPath, as in Turtle, that pySHACL cannot read, and the same characters for Python's `re`.

SHACL 4.4.3 takes the syntax of patterns from SPARQL's REGEX and so from XPath, which has `\\p`; pySHACL uses `re`,
which has not ("bad escape \\p"). So pySHACL gets the same rule in its own words.
"""


def readable_for_python(shapes: Path, folder: Path) -> Path:
    """A copy of a shapes file, with its patterns as Python's `re` reads them."""
    text = shapes.read_text(encoding="utf-8")
    for xpath, python in PATTERNS_OF_PYTHON.items():
        text = text.replace(xpath, python)
    copy = folder / f"{len([*folder.iterdir()])}-{shapes.name}"
    copy.write_text(text, encoding="utf-8")
    return copy
