"""Codes of a code list or of one of its editions, read from a build for a check of values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, QuerySolution

from begrepp.errors import NotFound, UsageError
from begrepp.queries.page_queries import named_nodes, select, value
from begrepp.queries.parameters import QueryContext
from begrepp.rdf.namespaces import expand
from begrepp.records import Text, choose_label, preferred_notation

_BATCH = 500
_NO_LIST = "See `begrepp status` for the lists of the build."


@dataclass(frozen=True, slots=True)
class CodeListEntry:
    """A code of a list, with its status and successors; `others` are further notations of the same concept."""

    notation: str
    labels: tuple[Text, ...]
    active: bool = True
    until: str = ""
    successors: tuple[tuple[str, str], ...] = ()
    missing: bool = False
    others: tuple[str, ...] = ()

    def label(self, language: str = "sv") -> str:
        """Return the label in a language, else in English, else in any."""
        return choose_label(self.labels, language)


def find_lists(name: str, context: QueryContext) -> tuple[list[str], list[str], str]:
    """Return the IRIs of the lists and of the lists of sentinel values of a scheme or a variable, and its title.

    Raises `NotFound` if there is no such list.
    """
    dataset, slash, variable = name.partition("/")
    if slash and "://" not in name:
        found: dict[str, list[str]] = defaultdict(list)
        for row in select(context.store, "harmonise-columns", dataset=_node(context.iris.dataset(dataset), name)):
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
    iri = name if "://" in name else find_scheme_iri(name, context)
    titles = [
        Text(value(row, "value"), getattr(row["value"], "language", "") or "")
        for row in select(context.store, "names", thing=_node(iri, name))
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


def read_entries(
    lists: Sequence[str], missing: Sequence[str], context: QueryContext, language: str
) -> list[CodeListEntry]:
    """Return the codes of lists and of lists of sentinel values (IRIs); labels of successors in a language."""
    labels: dict[str, list[Text]] = defaultdict(list)
    codes: dict[str, set[tuple[str, str]]] = defaultdict(set)
    facts: dict[str, tuple[bool, str, str]] = {}
    successors_of: dict[str, dict[str, list[Text]]] = defaultdict(dict)
    for row in select(context.store, "codes-of-a-list", list=named_nodes((*lists, *missing))):
        iri = value(row, "concept")
        active = value(row, "status") != expand("begrepp:inactive")
        codes[iri].add(_notation(row))
        facts[iri] = (active, value(row, "until"), value(row, "list"))
        if isinstance(label := row["label"], Literal):
            labels[iri].append(Text(label.value, label.language or ""))
        if successor := value(row, "successor"):
            texts = successors_of[iri].setdefault(successor, [])
            if isinstance(successor_label := row["successorLabel"], Literal):
                texts.append(Text(successor_label.value, successor_label.language or ""))
    active_codes = {preferred_notation(codes[iri]) for iri, (active, _, _) in facts.items() if active}
    steps = {preferred_notation(codes[iri]): successors_of[iri] for iri in facts}
    return [
        CodeListEntry(
            preferred_notation(codes[iri]),
            tuple({*labels[iri]}),
            active,
            until,
            tuple(
                sorted(
                    (code, choose_label(texts, language))
                    for code, texts in _follow(successors_of[iri], steps, active_codes).items()
                )
            ),
            home in missing,
            _others(codes[iri]),
        )
        for iri, (active, until, home) in facts.items()
    ]


def _follow(
    successors: Mapping[str, list[Text]], steps: Mapping[str, Mapping[str, list[Text]]], active: Collection[str]
) -> dict[str, list[Text]]:
    """Return the successors, and instead of retired ones those that they lead to, with their labels."""
    found: dict[str, list[Text]] = {}
    queue, seen = [*successors.items()], set[str]()
    while queue:
        code, texts = queue.pop()
        if code in seen:
            continue
        seen.add(code)
        if code in active or not steps.get(code):
            found[code] = texts
        else:
            queue += steps[code].items()
    return found


def find_scheme_iri(name: str, context: QueryContext) -> str:
    """Return the IRI of the scheme with an id, which may be its publisher's; if there is none, one of begrepp."""
    rows = select(context.store, "schemes")
    return next((value(row, "scheme") for row in rows if _is_id(row, name)), context.iris.scheme(name))


def _is_id(row: QuerySolution, name: str) -> bool:
    return value(row, "property") == expand("begrepp:schemeId") and value(row, "value") == name


def _notation(row: QuerySolution) -> tuple[str, str]:
    """Return the notation of a row with its datatype."""
    term = row["notation"]
    return (term.value, term.datatype.value) if isinstance(term, Literal) else ("", "")


def _others(codes: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the notations of a concept besides the one that names it."""
    if len({*codes}) == 1:
        return ()
    return tuple(sorted({code for code, _ in codes} - {preferred_notation(codes)}))


def read_edition_entries(scheme: str, edition: str, context: QueryContext) -> list[CodeListEntry]:
    """Return the codes of an edition of a scheme (IRI). Raises `UsageError` for other lists, `NotFound` for none."""
    of_scheme = [row for row in select(context.store, "schemes") if value(row, "scheme") == scheme]
    ids = [value(row, "value") for row in of_scheme if value(row, "property") == expand("begrepp:schemeId")]
    id_ = next(iter(ids), scheme.removeprefix(context.iris.scheme("")))
    if "://" in id_:
        raise UsageError("Only code systems have editions.", "Omit the part after @.")
    labels: dict[str, list[Text]] = defaultdict(list)
    codes: dict[str, set[tuple[str, str]]] = defaultdict(set)
    active: dict[str, bool] = {}
    for row in select(context.store, "codes-of-an-edition", edition=NamedNode(context.iris.edition(id_, edition))):
        iri = value(row, "concept")
        codes[iri].add(_notation(row))
        active[iri] = value(row, "status") != expand("begrepp:inactive")
        if isinstance(label := row["label"], Literal):
            labels[iri].append(Text(label.value, label.language or ""))
    if not codes:
        raise NotFound(f"There is no edition {edition} of {id_}.", f"See /cs/{id_} for its editions.")
    return [
        CodeListEntry(preferred_notation(own), tuple({*labels[iri]}), active[iri], others=_others(own))
        for iri, own in codes.items()
    ]


def read_other_editions(
    list_iri: str, codes: Sequence[str], own: str, context: QueryContext
) -> Mapping[str, list[str]]:
    """Return a mapping code → other editions in which it is active."""
    found: dict[str, list[str]] = defaultdict(list)
    scheme = NamedNode(list_iri)
    listed: set[str] = set()
    for batch in _batches(codes):
        listed |= {
            value(row, "notation") for row in select(context.store, "listed-codes", scheme=scheme, notation=batch)
        }
    for batch in _batches(listed):
        for row in select(context.store, "editions-with-codes", scheme=scheme, notation=batch):
            version = value(row, "version")
            if version != own and version not in found[value(row, "notation")]:
                found[value(row, "notation")].append(version)
    return found


def _batches(codes: Iterable[str]) -> Iterator[list[Literal]]:
    ordered = sorted({*codes})
    for start in range(0, len(ordered), _BATCH):
        yield [Literal(code) for code in ordered[start : start + _BATCH]]
