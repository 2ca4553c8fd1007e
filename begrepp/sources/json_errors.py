"""Errors of files that are not well-formed JSON: what they are instead, and the row."""

from __future__ import annotations

import json
from io import BytesIO

from begrepp.errors import InputError, Origin
from begrepp.sources.text_encodings import find_encoding_error


def json_error(data: bytes, origin: Origin, error: Exception) -> InputError:
    """Return the error for a file that `json.loads` or the decoding of its text refused with `error`."""
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        return InputError(origin, "the file is empty: there is nothing to load.", "Download the file again.")
    if start.startswith(b"<"):
        page = b"<html" in start[:1000].lower()
        kind, step = ("a web page", "Download the file itself") if page else ("XML", "Export it as JSON")
        return InputError(origin, f"it is {kind}, not JSON.", f"{step}, and add it again.")
    if isinstance(error, UnicodeDecodeError) and (encoding_error := find_encoding_error(BytesIO(data), origin)):
        return encoding_error
    if not isinstance(error, json.JSONDecodeError):
        return InputError(origin, f"it is not well-formed JSON: {error}.", "Download the file again.")
    place = Origin(origin.file, error.lineno)
    if error.msg == "Extra data":
        return InputError(
            place,
            "the file holds several resources, one after another.",
            "Add each of them as a file of its own, or all in one list or Bundle.",
        )
    if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string"):
        return InputError(
            place,
            f"not well-formed JSON: it ends too early: it is truncated ({error.msg}).",
            "Download the file again from its publisher, and compare its size.",
        )
    return InputError(
        place, f"it is not well-formed JSON: {error.msg} at column {error.colno}.", "Download the file again."
    )
