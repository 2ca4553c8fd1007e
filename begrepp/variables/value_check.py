"""Are these values codes of that list? In use, retired (and what took their place), of another edition, written
otherwise, or unknown (and what they may have been meant for).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pyoxigraph import Literal, NamedNode

from begrepp.errors import NotFound, UsageError
from begrepp.queries.pages import select, value
from begrepp.queries.parameters import QueryContext
from begrepp.rdf.namespaces import expand
from begrepp.records import Text
from begrepp.search import code_key
from begrepp.text.swedish import fold

MAX_NEAR = 5
_MISSING = frozenset(("", "na", "n/a", "null", "none", "nan", "."))
_BATCH = 500


class Verdict(StrEnum):
    """What a value is, the best first."""

    VALID = "valid"
    MISSING = "missing"
    """No value: empty, or a code that the list keeps for that."""
    WRITTEN = "written otherwise"
    RETIRED = "retired"
    OTHER_EDITION = "of another edition"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CodeListEntry:
    """A code of a list."""

    notation: str
    labels: tuple[Text, ...]
    active: bool = True
    until: str = ""
    successors: tuple[tuple[str, str], ...] = ()
    missing: bool = False

    def label(self, language: str = "sv") -> str:
        """What it is called."""
        ordered = sorted(self.labels, key=lambda text: (text.lang != language, text.lang != "en", text))
        return ordered[0].value if ordered else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedValue:
    """A value, and what was found of it."""

    value: str
    verdict: Verdict
    code: str = ""
    """The code that it is, or is another writing of."""
    label: str = ""
    until: str = ""
    instead: tuple[tuple[str, str], ...] = ()
    """Code and label of what took its place, or of what it may have been meant for."""
    editions: tuple[str, ...] = ()
    """Other editions that have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedList:
    """All values, against one list."""

    list_iri: str
    title: str
    edition: str
    values: Sequence[CheckedValue]

    def count(self, verdict: Verdict) -> int:
        """How many values are that."""
        return sum(checked.verdict is verdict for checked in self.values)

    @property
    def passed(self) -> bool:
        """Whether every value is a code in use, or none at all."""
        return all(checked.verdict in (Verdict.VALID, Verdict.MISSING) for checked in self.values)


def check_values(against: str, values: Iterable[str], known: QueryContext, language: str = "sv") -> CheckedList:
    """Check values against a list: `icd-10-se`, `icd-10-se@2021`, or the list of a variable, `nkbc/a_tnm_tklass`."""
    name, _, edition = against.partition("@")
    lists, missing_lists, title = _find_lists(name, known)
    entries = _read_edition_entries(lists[0], edition, known) if edition else _read_entries(lists, missing_lists, known)
    if not entries:
        raise NotFound(f"{against} has no codes.", "See /cs for the lists and their editions.")
    finder = _CodeFinder(entries)
    checked = [_check_value(each, finder, language) for each in values]
    unknown = [each.value.strip() for each in checked if each.verdict in (Verdict.UNKNOWN, Verdict.RETIRED)]
    elsewhere = _read_editions(lists[0], unknown, edition, known) if unknown else {}
    return CheckedList(
        list_iri=lists[0],
        title=title,
        edition=edition,
        values=[_add_editions(each, elsewhere.get(each.value.strip(), ())) for each in checked],
    )


def _check_value(raw: str, finder: _CodeFinder, language: str) -> CheckedValue:
    text = raw.strip()
    entry = finder.exact.get(text)
    if entry is None and fold(text) in _MISSING:
        return CheckedValue(value=raw, verdict=Verdict.MISSING)
    if entry is None:
        alike = finder.otherwise(text)
        if len(alike) == 1:
            entry = alike[0]
            verdict = Verdict.WRITTEN if entry.active else Verdict.RETIRED
            return _checked_value(raw, entry, verdict, language)
        near = alike or finder.near(text)
        return CheckedValue(
            value=raw, verdict=Verdict.UNKNOWN, instead=tuple((each.notation, each.label(language)) for each in near)
        )
    if entry.missing:
        return _checked_value(raw, entry, Verdict.MISSING, language)
    verdict = Verdict.VALID if entry.active else Verdict.RETIRED
    # Blanks around a code are another writing of it.
    return _checked_value(
        raw, entry, Verdict.WRITTEN if verdict is Verdict.VALID and raw != text else verdict, language
    )


def _checked_value(raw: str, entry: CodeListEntry, verdict: Verdict, language: str) -> CheckedValue:
    return CheckedValue(
        value=raw,
        verdict=verdict,
        code=entry.notation,
        label=entry.label(language),
        until=entry.until,
        instead=entry.successors if verdict is Verdict.RETIRED else (),
    )


def _add_editions(checked: CheckedValue, editions: Sequence[str]) -> CheckedValue:
    if not editions:
        return checked
    verdict = Verdict.OTHER_EDITION if checked.verdict is Verdict.UNKNOWN else checked.verdict
    return CheckedValue(
        value=checked.value,
        verdict=verdict,
        code=checked.code or checked.value.strip(),
        label=checked.label,
        until=checked.until,
        instead=checked.instead if verdict is not Verdict.OTHER_EDITION else (),
        editions=tuple(editions),
    )


class _CodeFinder:
    """Finds the codes of a list, however they are written."""

    def __init__(self, entries: Sequence[CodeListEntry]) -> None:
        self.exact = {entry.notation: entry for entry in entries}
        self._keys: dict[str, list[CodeListEntry]] = defaultdict(list)
        for entry in entries:
            for key in {code_key(entry.notation), _unpadded(entry.notation)}:
                self._keys[key].append(entry)
        self._labels: dict[str, list[CodeListEntry]] = defaultdict(list)
        for entry in entries:
            for label in {fold(text.value) for text in entry.labels}:
                self._labels[label].append(entry)
        self._signs = sorted({sign for key in self._keys for sign in key})

    def otherwise(self, text: str) -> list[CodeListEntry]:
        """The codes that the text is another writing of: `c509`, `1` or `1.0` for `01`, the label for its code."""
        whole = text.removesuffix(".0") if text.endswith(".0") else text
        for key in (code_key(text), code_key(whole), _unpadded(text), _unpadded(whole)):
            if key and (found := self._keys.get(key)):
                return _prefer_active(found)
        return _prefer_active(self._labels.get(fold(text), []))

    def near(self, text: str) -> list[CodeListEntry]:
        """The codes one sign away; where there is none, the code that it would stand under."""
        key = code_key(text)
        found = [entry for each in _edits(key, self._signs) for entry in self._keys.get(each, ())]
        if not found:
            for end in range(len(key) - 1, 1, -1):
                if found := self._keys.get(key[:end], []):
                    break
        unique = {entry.notation: entry for entry in found}
        return sorted(unique.values(), key=lambda entry: (not entry.active, entry.notation))[:MAX_NEAR]


def _prefer_active(entries: Sequence[CodeListEntry]) -> list[CodeListEntry]:
    unique = [*{entry.notation: entry for entry in entries}.values()]
    return [entry for entry in unique if entry.active] or unique


def _unpadded(code: str) -> str:
    return code_key(code).lstrip("0") or "0"


def _edits(key: str, signs: Sequence[str]) -> Iterator[str]:
    """What is one sign left out, changed, put in or swapped away."""
    if not 1 < len(key) <= 20:
        return
    for place in range(len(key)):
        yield key[:place] + key[place + 1 :]
        if place + 1 < len(key):
            yield key[:place] + key[place + 1] + key[place] + key[place + 2 :]
        for sign in signs:
            yield key[:place] + sign + key[place + 1 :]
            yield key[:place] + sign + key[place:]
    for sign in signs:
        yield key + sign


def _find_lists(name: str, known: QueryContext) -> tuple[list[str], list[str], str]:
    """The IRI of the list (and of its codes for no value) that a scheme or a variable has, and what it is called."""
    dataset, slash, variable = name.partition("/")
    if slash and "://" not in name:
        found: dict[str, list[str]] = defaultdict(list)
        for row in select(known.store, "harmonise-columns", dataset=NamedNode(known.iris.dataset(dataset))):
            found[f"{value(row, 'variable')} {value(row, 'property')}"].append(value(row, "value"))
        columns = sorted(
            key.partition(" ")[0]
            for key, values in found.items()
            if key.endswith(expand("csvw:name")) and variable in values
        )
        for column in columns:
            for prefixed in ("begrepp:codeList", "begrepp:codingSystem"):
                if lists := found.get(f"{column} {expand(prefixed)}"):
                    return lists, found.get(f"{column} {expand('begrepp:missingValues')}", []), name
        raise NotFound(
            f"There is no variable {variable} with a list in {dataset}.", "Give SCHEME, or DATASET/VARIABLE."
        )
    iri = name if "://" in name else known.iris.scheme(name)
    titles = [
        Text(value(row, "value"), getattr(row["value"], "language", "") or "")
        for row in select(known.store, "names", thing=NamedNode(iri))
        if value(row, "property") == expand("skos:prefLabel")
    ]
    if not titles:
        raise NotFound(f"There is no list {name}.", "See `begrepp status` for the lists of the build.")
    return [iri], [], CodeListEntry(name, tuple(titles)).label()


def _read_entries(lists: Sequence[str], missing: Sequence[str], known: QueryContext) -> list[CodeListEntry]:
    labels: dict[str, list[Text]] = defaultdict(list)
    said: dict[str, tuple[str, bool, str, str]] = {}
    after: dict[str, dict[str, str]] = defaultdict(dict)
    for row in select(known.store, "codes-of-a-list", list=[NamedNode(iri) for iri in (*lists, *missing)]):
        iri = value(row, "concept")
        active = value(row, "status") != expand("begrepp:inactive")
        said[iri] = (value(row, "notation"), active, value(row, "until"), value(row, "list"))
        if isinstance(label := row["label"], Literal):
            labels[iri].append(Text(label.value, label.language or ""))
        if successor := value(row, "successor"):
            if isinstance(called := row["successorLabel"], Literal) and called.language == "sv":
                after[iri][successor] = called.value
            else:
                after[iri].setdefault(successor, value(row, "successorLabel"))
    return [
        CodeListEntry(
            notation, tuple({*labels[iri]}), active, until, tuple(sorted(after[iri].items())), home in missing
        )
        for iri, (notation, active, until, home) in said.items()
    ]


def _read_edition_entries(scheme: str, edition: str, known: QueryContext) -> list[CodeListEntry]:
    id_ = scheme.removeprefix(known.iris.scheme(""))
    if "://" in id_:
        raise UsageError("Only code systems have editions.", "Leave out what stands after @.")
    labels: dict[str, list[Text]] = defaultdict(list)
    said: dict[str, tuple[str, bool]] = {}
    for row in select(known.store, "codes-of-an-edition", edition=NamedNode(known.iris.release(id_, edition))):
        iri = value(row, "concept")
        said[iri] = (value(row, "notation"), value(row, "status") != expand("begrepp:inactive"))
        if isinstance(label := row["label"], Literal):
            labels[iri].append(Text(label.value, label.language or ""))
    if not said:
        raise NotFound(f"There is no edition {edition} of {id_}.", f"See /cs/{id_} for its editions.")
    return [CodeListEntry(notation, tuple({*labels[iri]}), active) for iri, (notation, active) in said.items()]


def _read_editions(list_iri: str, codes: Sequence[str], own: str, known: QueryContext) -> Mapping[str, list[str]]:
    """Code → the other editions in which it is in use."""
    found: dict[str, list[str]] = defaultdict(list)
    ordered = sorted({*codes})
    for start in range(0, len(ordered), _BATCH):
        batch = [Literal(code) for code in ordered[start : start + _BATCH]]
        for row in select(known.store, "editions-with-codes", scheme=NamedNode(list_iri), notation=batch):
            version = value(row, "version")
            if version != own and version not in found[value(row, "notation")]:
                found[value(row, "notation")].append(version)
    return found
