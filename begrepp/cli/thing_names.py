"""Codes and names of the things in a table, in the language of the command line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice

from pyoxigraph import Literal

from begrepp.queries.page_queries import named_nodes, select, value
from begrepp.rdf.namespaces import compact
from begrepp.records import Text, choose_label
from begrepp.store import Store

_BATCH = 500
_CODES = ("skos:notation", "csvw:name")
_NAMES = ("skos:prefLabel", "dct:title", "csvw:title", "rdfs:label", "foaf:name", "skosxl:literalForm", "vcard:fn")


def read_names(store: Store, iris: Iterable[str], language: str) -> dict[str, str]:
    """Return the code and name of each thing that has one, such as `C50.9 malign tumör i bröstkörtel`."""
    texts: dict[str, dict[str, list[Text]]] = defaultdict(lambda: defaultdict(list))
    rest = iter(dict.fromkeys(iris))
    while some := list(islice(rest, _BATCH)):
        for row in select(store, "names", thing=named_nodes(some)):
            term = row["value"]
            lang = term.language or "" if isinstance(term, Literal) else ""
            texts[value(row, "thing")][compact(value(row, "property"))].append(Text(value(row, "value"), lang))
    return {iri: name for iri, said in texts.items() if (name := _name(said, language))}


def _name(said: dict[str, list[Text]], language: str) -> str:
    code = next((said[name][0].value for name in _CODES if said.get(name)), "")
    label = next((label for name in _NAMES if (label := choose_label(said.get(name, []), language))), "")
    # A notation in small letters is a word for its concept, such as `lungcancer`, and says no more than the name.
    return label if label and (code.islower() or code.casefold() == label.casefold()) else f"{code} {label}".strip()
