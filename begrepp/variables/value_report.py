"""The result of a value check as CSV or JSON, and the decoding of value files."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import chain

from begrepp.errors import InputError
from begrepp.variables.value_check import CheckedList, Verdict

FORMATS = ("csv", "json")


def decode_values(lines: Iterable[bytes], name: str) -> Iterator[str]:
    """Decode each line as UTF-8, else as windows-1252, which spreadsheets still write. Raises `InputError`.

    A byte order mark of UTF-16, which Excel writes as "Unicode text", is obeyed.
    """
    chunks = iter(lines)
    first = next(chunks, b"")
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield from _utf16_lines(chain([first], chunks), name)
        return
    for line in chain([first], chunks):
        if b"\0" in line:
            raise InputError(name, "is not a text file.", "Save it as CSV in UTF-8.")
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError:
            yield line.decode("windows-1252", errors="replace")


def _utf16_lines(chunks: Iterable[bytes], name: str) -> Iterator[str]:
    """Yield the lines of a text in UTF-16, whose bytes come in any parts."""
    decoder = codecs.getincrementaldecoder("utf-16")()
    rest = ""
    try:
        for chunk in chunks:
            *whole, rest = (rest + decoder.decode(chunk)).split("\n")
            yield from (f"{line}\n" for line in whole)
        rest += decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise InputError(name, "is not text in UTF-16, as it begins.", "Save it as CSV in UTF-8.") from None
    if rest:
        yield rest


def format_result(result: CheckedList, output: str) -> str:
    """Return the result as `csv` or `json`."""
    if output == "json":
        values = [
            {
                key: found
                for key, found in (
                    ("value", each.value),
                    ("verdict", str(each.verdict)),
                    ("code", each.code),
                    ("label", each.label),
                    ("until", each.until),
                    ("instead", [{"code": code, "label": label} for code, label in each.instead]),
                    ("consider", [{"code": code, "label": label} for code, label in each.consider]),
                    ("editions", list(each.editions)),
                )
                if found or key in ("value", "verdict")
            }
            for each in result.values
        ]
        counts = {str(verdict): result.count(verdict) for verdict in Verdict}
        document = {"list": result.list_iri, "edition": result.edition, "counts": counts, "values": values}
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["value", "verdict", "code", "label", "until", "instead", "editions", "consider"])
    for each in result.values:
        instead, consider = (" | ".join(code for code, _ in found) for found in (each.instead, each.consider))
        editions = " | ".join(each.editions)
        writer.writerow(
            [_escape_formula(each.value), each.verdict, each.code, each.label, each.until, instead, editions, consider]
        )
    return out.getvalue()


def _escape_formula(text: str) -> str:
    """Prefix a value that a spreadsheet would evaluate as a formula with an apostrophe."""
    return "'" + text if text[:1] in ("=", "+", "-", "@") and not text[1:].replace(".", "").isdigit() else text
