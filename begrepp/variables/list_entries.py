"""Codes of a code list or of one of its editions, read from a build for a check of values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, QuerySolution

from begrepp.artefact.code_texts import LAST_DAY, read_code_texts
from begrepp.errors import NotFound, UsageError
from begrepp.history.chains_of_successors import last_successors
from begrepp.queries.page_queries import named_nodes, select, value
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand
from begrepp.records import Text, choose_label, preferred_notation
from begrepp.store import Store
from begrepp.store.chosen_graphs import ChosenGraphs

if TYPE_CHECKING:
    from begrepp.search import TextIndex

_BATCH = 500
_INACTIVE = expand("begrepp:inactive")
_NO_LIST = "See `begrepp status` for the lists of the build."


@dataclass(frozen=True, slots=True)
class BuildContents:
    """The store, IRI patterns and folder of a build, from which code lists are read.

    `open_index` returns its text index, which is only needed for values that are words.
    """

    store: Store
    iris: Iris
    folder: Path
    open_index: Callable[[], TextIndex]


@dataclass(frozen=True, slots=True)
class CodeListEntry:
    """A code of a list, with its status; `others` are further notations of the same concept."""

    notation: str
    labels: tuple[Text, ...]
    active: bool = True
    until: str = ""
    missing: bool = False
    others: tuple[str, ...] = ()
    concept: str = ""
    """IRI of the concept."""

    def label(self, language: str = "sv") -> str:
        """Return the label in a language, else in English, else in any."""
        return choose_label(self.labels, language)


def find_lists(name: str, build: BuildContents) -> tuple[list[str], list[str], str]:
    """Return the IRIs of the lists and of the lists of sentinel values of a scheme or a variable, and its title.

    Raises `NotFound` if there is no such list.
    """
    dataset, slash, variable = name.partition("/")
    if slash and "://" not in name:
        found: dict[str, list[str]] = defaultdict(list)
        for row in select(build.store, "harmonise-columns", dataset=_node(build.iris.dataset(dataset), name)):
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
        raise NotFound(f"There is no variable {variable} with a list in {dataset}.", "Use SCHEME or DATASET/VARIABLE.")
    iri = name if "://" in name else find_scheme_iri(name, build)
    titles = [
        Text(value(row, "value"), getattr(row["value"], "language", "") or "")
        for row in select(build.store, "names", thing=_node(iri, name))
        if value(row, "property") == expand("skos:prefLabel")
    ]
    if not titles:
        raise NotFound(f"There is no list {name}.", _NO_LIST)
    return [iri], [], CodeListEntry(name, tuple(titles)).label()


def _node(iri: str, name: str) -> NamedNode:
    """Return the node of an IRI made from the name of a list. Raises `NotFound` if it is not an IRI."""
    try:
        return NamedNode(iri)
    except ValueError:
        raise NotFound(f"There is no list {name}.", _NO_LIST) from None


def read_entries(lists: Sequence[str], missing: Sequence[str], build: BuildContents) -> list[CodeListEntry]:
    """Return the codes of lists and of lists of sentinel values (IRIs)."""
    entries = []
    rows = read_code_texts(build.folder, (*lists, *missing))
    for (concept, list_iri, active), texts in groupby(rows, key=itemgetter(0, 1, 2)):
        codes: list[tuple[str, str]] = []
        labels: list[Text] = []
        last_day = ""
        for _, _, _, text, tag in texts:
            if tag.startswith("@"):
                labels.append(Text(text, tag[1:]))
            elif tag == LAST_DAY:
                last_day = text
            else:
                codes.append((text, tag))
        if codes:
            notation = preferred_notation(codes) if len(codes) > 1 else codes[0][0]
            entries.append(
                CodeListEntry(notation, tuple(labels), active, last_day, list_iri in missing, _others(codes), concept)
            )
    return entries


def read_successors(concepts: Iterable[str], store: Store, language: str) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return code and label of the successors of retired concepts (IRIs), and of those that they lead to.

    `store` has the current view or an edition (`edition_view`) as default graph.
    """
    nodes: dict[str, _Successor] = {}
    steps: dict[str, dict[str, None]] = defaultdict(dict)
    start = [*dict.fromkeys(concepts)]
    frontier = start
    while frontier:
        for batch in _batches(frontier):
            for row in select(store, "successors-of-concepts", concept=named_nodes(batch)):
                _add_row(nodes, row)
                steps[value(row, "concept")][value(row, "next")] = None
        reached = {after for concept in frontier for after in steps.get(concept, ())}
        frontier = sorted(after for after in reached if not nodes[after].active and after not in steps)
        steps |= {after: {} for after in frontier}

    def further(after: str) -> Iterable[str]:
        return () if nodes[after].active else steps.get(after, ())

    ends = {concept: last_successors(concept, steps.get(concept, ()), further) for concept in start}
    return {
        concept: tuple(sorted(nodes[after].code_and_label(language) for after in reached))
        for concept, reached in ends.items()
    }


def read_suggestions(concepts: Iterable[str], store: Store, language: str) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return code and label of the concepts that publishers suggest instead of retired concepts (IRIs)."""
    found: dict[str, dict[str, _Successor]] = defaultdict(dict)
    for batch in _batches([*dict.fromkeys(concepts)]):
        for row in select(store, "suggestions-for-concepts", concept=named_nodes(batch)):
            _add_row(found[value(row, "concept")], row)
    return {
        concept: tuple(sorted(each.code_and_label(language) for each in nodes.values()))
        for concept, nodes in found.items()
    }


def _add_row(nodes: dict[str, _Successor], row: QuerySolution) -> None:
    node = nodes.setdefault(value(row, "next"), _Successor(value(row, "status") != _INACTIVE))
    node.codes.add(_notation(row))
    if isinstance(label := row["label"], Literal):
        node.labels.append(Text(label.value, label.language or ""))


@dataclass(slots=True)
class _Successor:
    """A concept that replaces another one, or is suggested."""

    active: bool
    codes: set[tuple[str, str]] = field(default_factory=set)
    labels: list[Text] = field(default_factory=list)

    def code_and_label(self, language: str) -> tuple[str, str]:
        """Return its code and its label in a language."""
        return preferred_notation(self.codes), choose_label(self.labels, language)


def find_scheme_iri(name: str, build: BuildContents) -> str:
    """Return the IRI of the scheme with an id, which may be its publisher's; if there is none, one of begrepp."""
    rows = select(build.store, "schemes")
    return next((value(row, "scheme") for row in rows if _is_id(row, name)), build.iris.scheme(name))


def _is_id(row: QuerySolution, name: str) -> bool:
    return value(row, "property") == expand("begrepp:schemeId") and value(row, "value") == name


def _notation(row: QuerySolution) -> tuple[str, str]:
    """Return the notation of a row with its datatype."""
    term = row["notation"]
    return (term.value, term.datatype.value) if isinstance(term, Literal) else ("", "")


def _others(codes: Collection[tuple[str, str]]) -> tuple[str, ...]:
    """Return the notations of a concept besides the one that names it."""
    if len(codes) == 1:
        return ()
    return tuple(sorted({code for code, _ in codes} - {preferred_notation(codes)}))


def edition_view(scheme: str, edition: str, build: BuildContents) -> Store:
    """Return the store with an edition of a scheme (IRI) as default graph. Raises `UsageError` for other lists."""
    return ChosenGraphs(build.store, [build.iris.edition(_edition_id(scheme, build), edition)])


def _edition_id(scheme: str, build: BuildContents) -> str:
    """Return the id of a scheme (IRI), which the IRIs of its editions have. Raises `UsageError` for other lists."""
    of_scheme = [row for row in select(build.store, "schemes") if value(row, "scheme") == scheme]
    ids = [value(row, "value") for row in of_scheme if value(row, "property") == expand("begrepp:schemeId")]
    id_ = next(iter(ids), scheme.removeprefix(build.iris.scheme("")))
    if "://" in id_:
        raise UsageError("Only code systems have editions.", "Omit the part after @.")
    return id_


def read_edition_entries(scheme: str, edition: str, build: BuildContents) -> list[CodeListEntry]:
    """Return the codes of an edition of a scheme (IRI). Raises `UsageError` for other lists, `NotFound` for none."""
    id_ = _edition_id(scheme, build)
    labels: dict[str, list[Text]] = defaultdict(list)
    codes: dict[str, set[tuple[str, str]]] = defaultdict(set)
    status: dict[str, tuple[bool, str]] = {}
    for row in select(build.store, "codes-of-an-edition", edition=NamedNode(build.iris.edition(id_, edition))):
        iri = value(row, "concept")
        codes[iri].add(_notation(row))
        status[iri] = (value(row, "status") != _INACTIVE, value(row, "last"))
        if isinstance(label := row["label"], Literal):
            labels[iri].append(Text(label.value, label.language or ""))
    if not codes:
        raise NotFound(f"There is no edition {edition} of {id_}.", f"See /cs/{id_} for its editions.")
    entries = []
    for iri, own in codes.items():
        active, last_day = status[iri]
        names = tuple({*labels[iri]})
        entries.append(
            CodeListEntry(preferred_notation(own), names, active, last_day, others=_others(own), concept=iri)
        )
    return entries


def read_other_editions(list_iri: str, codes: Sequence[str], own: str, build: BuildContents) -> Mapping[str, list[str]]:
    """Return a mapping code → other editions in which it is active."""
    found: dict[str, list[str]] = defaultdict(list)
    scheme = NamedNode(list_iri)
    listed: set[str] = set()
    for batch in _batches(codes):
        listed |= {
            value(row, "notation")
            for row in select(build.store, "listed-codes", scheme=scheme, notation=_literals(batch))
        }
    for batch in _batches(listed):
        for row in select(build.store, "editions-with-codes", scheme=scheme, notation=_literals(batch)):
            version = value(row, "version")
            if version != own and version not in found[value(row, "notation")]:
                found[value(row, "notation")].append(version)
    return found


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    ordered = sorted({*texts})
    for start in range(0, len(ordered), _BATCH):
        yield ordered[start : start + _BATCH]


def _literals(texts: Iterable[str]) -> list[Literal]:
    return [Literal(text) for text in texts]
