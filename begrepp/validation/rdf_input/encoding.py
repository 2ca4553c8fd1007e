"""UTF-8 check of input files, with the position of the first error."""

from __future__ import annotations

import codecs
from pathlib import Path

from begrepp.errors import InputError

_CHUNK = 1 << 20
_NOT_TEXT = (
    (b"PK\x03\x04", "a zip archive (or a spreadsheet)", "Unpack it and provide the files in it."),
    (b"\x1f\x8b", "packed with gzip", "Unpack it with gunzip."),
    (b"BZh", "packed with bzip2", "Unpack it with bunzip2."),
    (b"\xfd7zXZ", "packed with xz", "Unpack it with unxz."),
    (b"\x28\xb5\x2f\xfd", "packed with zstd", "Unpack it with unzstd."),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it and provide the files in it."),
    (b"%PDF", "a PDF", "Provide the RDF data themselves."),
    (b"\x89PNG", "an image", "Provide an RDF file."),
    (b"\xd0\xcf\x11\xe0", "an old Office file", "Save it as RDF."),
)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def check_utf8(path: Path, name: str) -> bool:
    """Check that a file is text in UTF-8; returns whether it begins with a byte order mark.

    Raises `InputError` with line and column if it is not. `name` is the name of the file in messages.
    """
    with path.open("rb") as file:
        head = file.read(16)
        for magic, description, next_step in _NOT_TEXT:
            if head.startswith(magic):
                raise InputError(name, f"is {description}, not RDF.", next_step)
        if head.startswith(_UTF_16):
            raise InputError(name, "is encoded in UTF-16; RDF must be UTF-8.", "Save it as UTF-8.")
        file.seek(0)
        decoder, line, column = codecs.getincrementaldecoder("utf-8")(), 1, 1
        while True:
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                valid = error.object[: error.start].decode("utf-8", "replace")
                line, column = _advance(valid, line, column)
                raise InputError(
                    name,
                    f"line {line} column {column}: the byte 0x{error.object[error.start]:02X} is not UTF-8. "
                    f"{_windows_1252_hint(error.object[error.start :])}",
                    "Save the file as UTF-8.",
                ) from error
            if "\x00" in text:
                line, column = _advance(text[: text.index("\x00")], line, column)
                raise InputError(
                    name, f"line {line} column {column}: NUL character; this is not a text file.", "Save it as UTF-8."
                )
            line, column = _advance(text, line, column)
            if not chunk:
                return head.startswith(codecs.BOM_UTF8)


def _advance(text: str, line: int, column: int) -> tuple[int, int]:
    """Return the line and column after a text."""
    breaks = text.count("\n")
    return (line + breaks, len(text) - text.rfind("\n")) if breaks else (line, column + len(text))


def _windows_1252_hint(rest: bytes) -> str:
    letter = rest[:1].decode("windows-1252", "replace")
    return f"In windows-1252 it would be '{letter}'." if letter.isalpha() else ""
