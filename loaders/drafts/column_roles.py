"""Roles of a table's columns, guessed from their names and values: code, label, parent, language …"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from begrepp.text.swedish import fold
from loaders.drafts.table_sample import TableSample

_LANGUAGES = {
    "sv": ("sv", "swe", "sve", "svenska", "swedish", "svensk"),
    "en": ("en", "eng", "engelska", "english", "engelsk"),
    "fi": ("fi", "fin", "finska", "suomi", "finnish"),
    "nb": ("nb", "no", "nob", "norska", "norsk", "norwegian"),
    "da": ("da", "dan", "danska", "dansk", "danish"),
    "de": ("de", "deu", "ger", "tyska", "deutsch", "german"),
    "fr": ("fr", "fra", "fre", "franska", "francais", "french"),
    "la": ("la", "lat", "latin", "latinska"),
}
_LANGUAGE_WORDS = {word: language for language, words in _LANGUAGES.items() for word in words}
# Words in the names of columns, by role; the first role that matches is taken.
_ROLES = (
    (
        "valid_from",
        r"valid from|giltig(t|het)? (fr|fran|from|start)|(fran|from|start)( ?datum| ?date)|fr o m|from|fran",
    ),
    ("valid_to", r"valid to|giltig(t|het)? (till|tom|slut)|(till|tom|slut|end)( ?datum| ?date)|t o m|tom|till"),
    (
        "broader",
        r"parent.*|broader|(over|hogre) ?(ordnad|niva).*|over|hor till|foralder.*|superclass.*|subclass ?of|is ?a",
    ),
    ("target", r"(target|to|mal|till)( ?(kod|code|id|notation))?|object ?id"),
    ("source_code", r"(source|from|kalla|fran)( ?(kod|code|id|notation))?|subject ?id"),
    ("relation", r"relation.*|predicate.*|equivalence|relationship|samband|match ?type"),
    ("status", r"status|aktiv|active|inaktiv|in ?use"),
    ("alt_label", r"(synonym|alt|alternativ|sokord|alias).*"),
    ("definition", r"(definition|def|forklaring|definiens).*"),
    (
        "variable",
        r"variab(el|le)( ?/ ?field)?( ?(namn|name|id))?|falt( ?namn)?|field( ?name)?|kolumn(namn)?|column( ?name)?",
    ),
    ("datatype", r"data ?typ(e)?|typ(e)?|format"),
    ("unit", r"enhet|unit(s)?"),
    ("values", r"varde(mangd|n|forrad)|values|kodlista|svarsalternativ|choices|allowed values|levels|permissible.*"),
    ("table", r"tabell|table|formular|form|domain|dataset|register"),
    (
        "code",
        r"kod|code|notation|id|nyckel|key|varde|value|nr|nummer|number|symbol|identifier|.*(kod|code|concept ?id|_id)"
        r"|snomed.*|sctid|icd.*|atc.*|kod ?varde",
    ),
    (
        "label",
        r"namn|name|label|benamning|text|klartext|titel|title|term|etikett|preferred.*|display|rubrik|"
        r"(kod|code|variabel)? ?(text|namn|name|benamning|label)|pref ?label|svar|betyder|betydelse|meaning",
    ),
    ("description", r"beskrivning.*|description.*|kommentar|comment.*|anm.*|note.*"),
)
_PATTERNS = tuple((role, re.compile(pattern)) for role, pattern in _ROLES)
_SWEDISH = re.compile(r"[åäöÅÄÖ]|\b(och|av|med|eller|inte|ej|annan|övrig|utan|för)\b")
_ENGLISH = re.compile(r"\b(and|of|the|with|or|not|other|without|for|unspecified)\b", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-?\d\d-?\d\d")
_MAX_CODE = 40


@dataclass(slots=True)
class ColumnRoles:
    """The column of each role, with the language of the role for texts (`label.sv`)."""

    by_role: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    def columns(self, role: str) -> list[tuple[str, str]]:
        """Return language and column of a role in each language."""
        return [
            (key.partition(".")[2], column) for key, column in self.by_role.items() if key.partition(".")[0] == role
        ]

    def get(self, role: str) -> str:
        """Return the column of a role; empty if there is none."""
        return self.by_role.get(role, "")


def name_role(column: str) -> tuple[str, str]:
    """Return the role and language that a column's name suggests; empty for those that it does not."""
    words = re.split(r"[\s_:.()\-/]+", fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)).strip())
    language = next((_LANGUAGE_WORDS[word] for word in reversed(words) if word in _LANGUAGE_WORDS), "")
    if language and len(words) == 1 and (len(words[0]) > 3 or words[0] in ("sv", "en")):
        return "label", language
    kept = " ".join(word for word in words if not (language and word in _LANGUAGES[language]))
    for role, pattern in _PATTERNS:
        if pattern.fullmatch(kept):
            return role, language
    return "", language


def guess_language(sample: TableSample, column: str) -> str:
    """Return the language of a column's texts by common words; empty if neither Swedish nor English shows."""
    text = " ".join(sample.values(column)[:2_000])
    swedish, english = len(_SWEDISH.findall(text)), len(_ENGLISH.findall(text))
    if swedish == english:
        return ""
    return "sv" if swedish > english else "en"


def _is_code_column(sample: TableSample, column: str) -> bool:
    """Return whether the cells of a column can be codes: present in nearly all rows, short, without sentences."""
    values = sample.values(column)
    if not values or len(values) < 0.9 * len(sample.rows):
        return False
    return all(len(value) <= _MAX_CODE for value in values) and sum(value.count(" ") > 1 for value in values) < (
        0.1 * len(values)
    )


def distinct_share(sample: TableSample, column: str) -> float:
    """Return the share of the non-empty cells of a column that are distinct."""
    values = sample.values(column)
    return len({*values}) / len(values) if values else 0.0


def guess_roles(sample: TableSample) -> ColumnRoles:
    """Return the roles of a table's columns. A role that only the values suggest is noted as a doubt."""
    roles = ColumnRoles()
    for column in sample.columns:
        role, language = name_role(column)
        if role in ("label", "alt_label", "definition", "description"):
            language = language or guess_language(sample, column)
            if not language:
                language = "sv"
                roles.doubts.append(f"The language of '{column}' does not show; sv was written.")
            role = f"{role}.{language}"
        if role and role not in roles.by_role:
            roles.by_role[role] = column
    return roles


def find_code(sample: TableSample, roles: ColumnRoles) -> str:
    """Return the column of the codes: by its name if its values can be codes, otherwise by its values."""
    named = roles.get("code")
    if named and _is_code_column(sample, named):
        return named
    taken = {column for role, column in roles.by_role.items() if role != "code"}
    candidates = [column for column in sample.columns if column not in taken and _is_code_column(sample, column)] or [
        column for column in sample.columns if _is_code_column(sample, column)
    ]
    best = max(candidates, key=lambda column: distinct_share(sample, column), default="")
    if best:
        roles.doubts.append(f"The codes seem to be in '{best}', by its values.")
    return best


def find_label(sample: TableSample, roles: ColumnRoles, code: str) -> list[tuple[str, str]]:
    """Return language and column of the labels: by their names, otherwise the first column of words."""
    labels = [(language, column) for language, column in roles.columns("label") if column != code]
    if not labels:
        labels = [(language, column) for language, column in roles.columns("description") if column != code][:1]
    if labels:
        return labels
    taken = {code, *(column for role, column in roles.by_role.items() if role not in ("description", "code"))}
    words = [
        column
        for column in sample.columns
        if column not in taken and any(any(c.isalpha() for c in value) for value in sample.values(column)[:50])
    ]
    if not words:
        return []
    best = max(words, key=lambda column: distinct_share(sample, column))
    language = guess_language(sample, best) or "sv"
    roles.doubts.append(f"The labels seem to be in '{best}', and their language to be {language}.")
    return [(language, best)]


def find_parent(sample: TableSample, roles: ColumnRoles, code: str) -> tuple[str, list[str]]:
    """Return the column of the parents' codes, and its values that mean none; the column is empty if there is none."""
    codes = {*sample.values(code)}
    used = {column for role, column in roles.by_role.items() if role not in ("broader", "code")}
    named = roles.get("broader")
    for column in [named] if named else [each for each in sample.columns if each not in used and each != code]:
        values = sample.values(column)
        outside = {value for value in values if value not in codes}
        own = sum(row.get(column) == row.get(code) for row in sample.rows)
        if values and len(outside) <= 1 and own == 0 and len({*values}) > len(outside):
            if not named:
                roles.doubts.append(f"All values of '{column}' are codes of the list: it was taken for the parent.")
            return column, sorted(outside)
    return "", []


def is_date_column(values: Sequence[str]) -> bool:
    """Return whether all values are dates in the form that begrepp reads."""
    return bool(values) and all(_DATE.fullmatch(value[:10]) for value in values)
