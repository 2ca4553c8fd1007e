"""Value lists in register workbooks: `Kodlista_…` sheets, and codes written into a cell as `1 = Man, 2 = Kvinna`."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator

from begrepp.errors import Origin
from begrepp.records import CodedValue, Text
from loaders.sos_workbook.workbook import SheetRow, WorkbookSheet, normalized_name

CODE_COLUMNS = ("Kod", "Koder", "Sjukhuskod", "Värde")
WORD_COLUMNS = ("Beskrivning", "Klartext", "Benämning", "Kodtext", "Etikett", "Text", "Sjukhusnamn")
_PAIR = re.compile(r"(?P<code>[^\s=]{1,20})\s*=\s*(?P<words>\S.*)", re.DOTALL)
_NEXT_PAIR = re.compile(r"[\n;]+|,\s*(?=[^\s=,]{1,20}\s*=)|\s+(?=[^\s=,]{1,10}\s*=\s)")
_DATE = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?")
_YEARS = re.compile(
    r"(?P<from>\d{4}(?:-\d\d(?:-\d\d)?)?)?\s*(?P<dash>[-–—]|till|t\.o\.m\.)?\s*(?P<to>\d{4}(?:-\d\d(?:-\d\d)?)?)?"
)


def parse_period(cell: str) -> tuple[str, str]:
    """`1997-2010`, `2011–`, `-1996` or `2005`; an empty end is open. Words that are no period are passed over."""
    match = _YEARS.fullmatch(cell.strip())
    if not match or not (match["from"] or match["to"]):
        return "", ""
    if not match["dash"]:
        return match["from"] or "", match["to"] or match["from"] or ""
    return match["from"] or "", match["to"] or ""


def inline_codes(cell: str) -> tuple[CodedValue, ...]:
    """The codes of a cell of `kod = klartext`; nothing where a part of it is no such pair."""
    parts = [part.strip() for part in _NEXT_PAIR.split(cell) if part and part.strip()]
    pairs = [_PAIR.fullmatch(part) for part in parts]
    if not pairs or not all(pairs):
        return ()
    found: dict[str, CodedValue] = {}
    for pair in pairs:
        assert pair is not None
        found.setdefault(pair["code"], CodedValue(code=pair["code"], labels=(Text(pair["words"].strip(" ,."), "sv"),)))
    return tuple(found.values())


def sheet_codes(sheet: WorkbookSheet) -> dict[str, tuple[tuple[CodedValue, ...], Origin]] | None:
    """The lists of a sheet by the variable they are for (empty: for whoever refers to it); nothing without codes."""
    rows = sheet.table(CODE_COLUMNS, WORD_COLUMNS)
    if rows is None:
        return None
    found: dict[str, dict[str, CodedValue]] = {}
    origin = sheet.origin(1)
    for row in rows:
        code = row.get(*CODE_COLUMNS)
        if not code:
            continue
        for variable in _names(row):
            values = found.setdefault(variable, {})
            values[code] = _value(row, code, values.get(code))
    return {variable: (tuple(values.values()), origin) for variable, values in found.items()}


def _names(row: SheetRow) -> Iterator[str]:
    """A list may say which variables it is for, one or several."""
    said = [normalized_name(name) for name in re.split(r"[,;\n]", row.get("Variabelnamn")) if name.strip()]
    yield from said or [""]


def _day(said: str, *, first: bool) -> str:
    """The first or the last day of a year or a month; words that are no date are passed over."""
    if not (match := _DATE.fullmatch(said)):
        return ""
    year, month, day = int(match["year"]), int(match["month"] or (1 if first else 12)), match["day"]
    if not 1 <= month <= 12:
        return ""
    return f"{year:04}-{month:02}-{day or ('01' if first else monthrange(year, month)[1])}"


def _value(row: SheetRow, code: str, before: CodedValue | None) -> CodedValue:
    """A code; one that stands there for several periods keeps its latest words, the earlier ones as explanations."""
    words = row.get(*WORD_COLUMNS) or code
    start, end = parse_period(row.get("Tidsperiod"))
    start = _day(start or row.get("Från", "Data från"), first=True)
    end = _day(end or row.get("Till", "Data till"), first=False)
    if before is None:
        return CodedValue(code=code, labels=(Text(words, "sv"),), valid_from=start, valid_to=end)
    earliest = min(filter(None, (before.valid_from, start)), default="") if before.valid_from and start else ""
    latest = max(before.valid_to, end) if before.valid_to and end else ""
    if before.labels[0].value == words:
        return CodedValue(
            code=code, labels=before.labels, definitions=before.definitions, valid_from=earliest, valid_to=latest
        )
    newer = not end or (bool(before.valid_to) and start >= before.valid_from)
    label, other = (words, before.labels[0].value) if newer else (before.labels[0].value, words)
    years = (before.valid_from, before.valid_to) if newer else (start, end)
    told = f"{years[0][:4]}–{years[1][:4]}: {other}" if any(years) else other
    return CodedValue(
        code=code,
        labels=(Text(label, "sv"),),
        definitions=(*before.definitions, Text(told, "sv")),
        valid_from=earliest,
        valid_to=latest,
    )
