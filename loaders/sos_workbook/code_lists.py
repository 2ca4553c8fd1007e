"""Code lists in register workbooks: `Kodlista_…` sheets, and codes in a cell such as `1 = Man, 2 = Kvinna`."""

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
    """Return first and last date of `1997-2010`, `2011–`, `-1996` or `2005`; empty if open or not a period."""
    match = _YEARS.fullmatch(cell.strip())
    if not match or not (match["from"] or match["to"]):
        return "", ""
    if not match["dash"]:
        return match["from"] or "", match["to"] or match["from"] or ""
    return match["from"] or "", match["to"] or ""


def inline_codes(cell: str) -> tuple[CodedValue, ...]:
    """Return the codes of a cell of pairs `kod = klartext`; empty if a part is not a pair."""
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
    """Return the lists of a sheet by variable name (empty: for any variable that refers to the sheet).

    Returns None if the sheet has no column of codes.
    """
    rows = sheet.table(CODE_COLUMNS, WORD_COLUMNS)
    if rows is None:
        return None
    found: dict[str, dict[str, CodedValue]] = {}
    origin = sheet.origin(1)
    for row in rows:
        code = row.get(*CODE_COLUMNS)
        if not code:
            continue
        for variable in _variable_names(row):
            values = found.setdefault(variable, {})
            values[code] = _value(row, code, values.get(code))
    return {variable: (tuple(values.values()), origin) for variable, values in found.items()}


def _variable_names(row: SheetRow) -> Iterator[str]:
    """Yield the names of the variables that a row is for, or an empty name."""
    names = [normalized_name(name) for name in re.split(r"[,;\n]", row.get("Variabelnamn")) if name.strip()]
    yield from names or [""]


def _boundary_day(text: str, *, first: bool) -> str:
    """Return the first or last day of a year or month; empty if the text is not a date."""
    if not (match := _DATE.fullmatch(text)):
        return ""
    year, month, day = int(match["year"]), int(match["month"] or (1 if first else 12)), match["day"]
    if not 1 <= month <= 12:
        return ""
    return f"{year:04}-{month:02}-{day or ('01' if first else monthrange(year, month)[1])}"


def _value(row: SheetRow, code: str, previous: CodedValue | None) -> CodedValue:
    """Return a code, merged with an earlier row: the latest label is kept, earlier ones become definitions."""
    label = row.get(*WORD_COLUMNS) or code
    start, end = parse_period(row.get("Tidsperiod"))
    start = _boundary_day(start or row.get("Från", "Data från"), first=True)
    end = _boundary_day(end or row.get("Till", "Data till"), first=False)
    if previous is None:
        return CodedValue(code=code, labels=(Text(label, "sv"),), valid_from=start, valid_to=end)
    earliest = min(filter(None, (previous.valid_from, start)), default="") if previous.valid_from and start else ""
    latest = max(previous.valid_to, end) if previous.valid_to and end else ""
    if previous.labels[0].value == label:
        return CodedValue(
            code=code, labels=previous.labels, definitions=previous.definitions, valid_from=earliest, valid_to=latest
        )
    newer = not end or (bool(previous.valid_to) and start >= previous.valid_from)
    preferred, other_label = (label, previous.labels[0].value) if newer else (previous.labels[0].value, label)
    years = (previous.valid_from, previous.valid_to) if newer else (start, end)
    explanation = f"{years[0][:4]}–{years[1][:4]}: {other_label}" if any(years) else other_label
    return CodedValue(
        code=code,
        labels=(Text(preferred, "sv"),),
        definitions=(*previous.definitions, Text(explanation, "sv")),
        valid_from=earliest,
        valid_to=latest,
    )
