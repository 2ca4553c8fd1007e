"""Errors of files whose format requires UTF-8 and that are encoded otherwise."""

from __future__ import annotations

import codecs
from collections.abc import Iterable

from begrepp.errors import InputError, Origin

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def find_encoding_error(lines: Iterable[bytes], origin: Origin) -> InputError | None:
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
                "Save it as UTF-8.",
            )
    return None
