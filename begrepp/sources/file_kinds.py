"""Kinds of files by their first bytes, for messages about files that are not what their names say."""

from __future__ import annotations

import re
from pathlib import Path

# Signatures: "List of file signatures" of file(1), and the formats' specifications.
_SIGNATURES = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\xd0\xcf\x11\xe0", "a workbook in the old format of Excel (.xls), or protected by a password"),
    (b"$FL2", "a file of SPSS"),
    (b"RDX", "a file of R"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"{\\rtf", "a document in RTF"),
)
_HTML = re.compile(rb"\s*(<!doctype html|<html|<table|<meta|<head)", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml")
_WORKBOOK_PART = b"xl/"
_HEAD = 4096


def describe_content(path: Path) -> str:
    """Return what a file is, such as "a PNG picture", by its first bytes; empty for text and unknown contents."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    if head.startswith(b"PK\x03\x04"):
        if b"mimetypeapplication/vnd.oasis.opendocument" in head:
            return "an OpenDocument file (.ods, .odt)"
        return "an Excel workbook (.xlsx)" if is_workbook(path) else "a zip archive"
    text = head.removeprefix(b"\xef\xbb\xbf")
    if _HTML.match(text):
        return "an HTML page"
    return "an XML file" if _XML.match(text) else ""


def content_advice(kind: str, otherwise: str) -> str:
    """Return the next step for a file of a kind that `describe_content` names, in place of an expected one."""
    return "Unpack it, and add the file that it holds." if "archive" in kind else otherwise


def is_workbook(path: Path) -> bool:
    """Return whether a file contains the names of a workbook's parts (`xl/…`)."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 65_536))
        return _WORKBOOK_PART in head or _WORKBOOK_PART in file.read()


def is_json(path: Path) -> bool:
    """Return whether a text file begins as JSON does: `{"` or `[{`."""
    with path.open("rb") as file:
        head = file.read(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    return bool(re.match(rb'\{\s*"|\[\s*[\[{"]', head))
