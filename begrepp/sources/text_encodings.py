"""Errors of files whose format requires UTF-8 and that are encoded otherwise."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from typing import IO

from begrepp.errors import InputError, Origin

_HEAD = 200
_DECLARED = re.compile(rb"""[^>]*?encoding\s*=\s*["']([^"']+)["']""")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def find_xml_encoding_error(stream: IO[bytes], origin: Origin) -> InputError | None:
    """Return the error for an XML document that declares no other encoding and is not UTF-8; else None."""
    if not stream.seekable():
        return None
    stream.seek(0)
    if stream.read(4).startswith(_WIDE) or (
        (declared := _DECLARED.match(stream.read(_HEAD))) and declared[1].lower() not in (b"utf-8", b"utf8")
    ):
        return None
    stream.seek(0)
    return find_encoding_error(
        stream, origin, 'Save it as UTF-8, or declare it in the first line: encoding="windows-1252".'
    )


def find_encoding_error(
    lines: Iterable[bytes], origin: Origin, next_step: str = "Save it as UTF-8."
) -> InputError | None:
    """Return the error for the first line that is not UTF-8; None if all lines are."""
    for row, line in enumerate(lines, start=1):
        if row == 1 and line.startswith(_WIDE):
            return InputError(origin, "the file is encoded in UTF-16, where UTF-8 is expected.", "Save it as UTF-8.")
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            return InputError(
                Origin(origin.file, row),
                f"byte 0x{line[error.start]:02X} is not UTF-8; the file looks like windows-1252 or ISO-8859-1.",
                next_step,
            )
    return None
