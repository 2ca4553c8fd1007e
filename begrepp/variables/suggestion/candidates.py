"""Variables to suggest concepts for, and candidate concepts, read from a build."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pyoxigraph import Literal, NamedNode

from begrepp.errors import NotFound, UsageError
from begrepp.queries.page_queries import named_nodes, select, value
from begrepp.rdf.namespaces import expand
from begrepp.records import Text, choose_label
from begrepp.store import Store
from begrepp.variables.suggestion.entries import ConceptTarget, LinkedVariable, VariableEntry

MAX_TARGETS = 150_000
"""Largest number of candidate concepts held in memory."""


def unlinked_entries(store: Store, dataset: str) -> list[VariableEntry]:
    """Return the variables of a dataset (IRI) that are not linked to a concept."""
    return [entry for entry, _, concepts in _read_variables(store, [dataset]) if not concepts]


def all_entries(store: Store, dataset: str) -> list[VariableEntry]:
    """Return all variables of a dataset (IRI), linked or not."""
    return [entry for entry, _, _ in _read_variables(store, [dataset])]


def linked_variables(store: Store, datasets: Sequence[str]) -> list[LinkedVariable]:
    """Return the variables of datasets (IRIs) that are linked to concepts."""
    return [
        LinkedVariable(entry=entry, dataset=dataset, concepts=concepts)
        for entry, dataset, concepts in _read_variables(store, datasets)
        if concepts
    ]


def _read_variables(store: Store, datasets: Sequence[str]) -> list[tuple[VariableEntry, str, tuple[str, ...]]]:
    properties_of: dict[str, dict[str, list[NamedNode | Literal]]] = defaultdict(lambda: defaultdict(list))
    dataset_of: dict[str, str] = {}
    for dataset in datasets:
        for row in select(store, "dataset-variables", dataset=NamedNode(dataset)):
            iri = value(row, "variable")
            dataset_of[iri] = dataset
            if isinstance(term := row["value"], NamedNode | Literal):
                properties_of[iri][value(row, "property")].append(term)
    lists = {t.value for properties in properties_of.values() for t in properties.get(expand("begrepp:codeList"), ())}
    codes = _read_codes(store, sorted(lists))
    found = []
    for iri, properties in sorted(properties_of.items()):
        values = [code for term in properties.get(expand("begrepp:codeList"), ()) for code in codes.get(term.value, ())]
        entry = VariableEntry(
            iri=iri,
            name=_first_value(properties, "csvw:name"),
            labels=_text_values(properties, "csvw:title"),
            descriptions=_text_values(properties, "dct:description"),
            datatype=_first_value(properties, "csvw:datatype"),
            unit=_first_value(properties, "begrepp:unit"),
            values=tuple(values),
        )
        concepts = tuple(sorted(term.value for term in properties.get(expand("begrepp:measures"), ())))
        found.append((entry, dataset_of[iri], concepts))
    return found


def _first_value(properties: dict[str, list[NamedNode | Literal]], prefixed: str) -> str:
    return min((term.value for term in properties.get(expand(prefixed), ())), default="")


def _text_values(properties: dict[str, list[NamedNode | Literal]], prefixed: str) -> tuple[Text, ...]:
    terms = properties.get(expand(prefixed), ())
    return tuple(sorted(Text(term.value, term.language or "") for term in terms if isinstance(term, Literal)))


def _read_codes(store: Store, lists: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, dict[str, list[Text]]] = defaultdict(lambda: defaultdict(list))
    if lists:
        for row in select(store, "list-codes", list=named_nodes(lists)):
            texts = found[value(row, "list")][value(row, "notation")]
            if isinstance(label := row["label"], Literal):
                texts.append(Text(label.value, label.language or ""))
    return {iri: sorted((code, choose_label(texts)) for code, texts in codes.items()) for iri, codes in found.items()}


def concept_targets(store: Store, schemes: Sequence[str]) -> list[ConceptTarget]:
    """Return the active concepts of schemes (IRIs). Raises `UsageError` beyond `MAX_TARGETS`, `NotFound` for none."""
    labels_of: dict[str, dict[str, list[Text]]] = defaultdict(lambda: defaultdict(list))
    facts: dict[str, tuple[str, str]] = {}
    for row in select(store, "suggestion-targets", scheme=named_nodes(schemes)):
        iri = value(row, "concept")
        facts[iri] = (value(row, "notation"), value(row, "scheme"))
        if isinstance(label := row["label"], Literal):
            labels_of[iri][value(row, "property")].append(Text(label.value, label.language or ""))
        if len(facts) > MAX_TARGETS:
            raise UsageError(
                f"There are more than {MAX_TARGETS:,} concepts to choose from.", "Name the schemes with --scheme."
            )
    if not facts:
        raise NotFound("There are no concepts in that code system.", "See `begrepp status` for the code systems.")
    preferred, alternatives = expand("skos:prefLabel"), [expand("skos:altLabel"), expand("skos:hiddenLabel")]
    return [
        ConceptTarget(
            iri=iri,
            notation=notation,
            scheme=scheme,
            labels=tuple(sorted({*labels_of[iri][preferred]})),
            other=tuple(sorted({text for each in alternatives for text in labels_of[iri][each]})),
        )
        for iri, (notation, scheme) in sorted(facts.items())
    ]


def denied_links(store: Store) -> dict[str, set[str]]:
    """Return the concepts that somebody has denied for each variable (IRIs)."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in select(store, "denied-links"):
        found[value(row, "subject")].add(value(row, "object"))
    return found
