"""Names that people search with: those of groups of synonyms, and those of our lists by code.

A group of synonyms gives its phrases to what has another name of the group, so that a query with some of the words of a
phrase finds it too; single words need not be given, since a query has them as alternatives of its own words. The lists
(`ontology/search_names/NAME.tsv`: code, names) name what has no short name, such as *ont när jag kissar*. NAME is the
short name of a code system, or `variables` (*nkbc/d_her2*) or `datasets`. None of the names is a statement.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from begrepp.search.documents import LABEL_ROLES, SearchDocument
from begrepp.search.label_variants import label_variants
from begrepp.search.synonyms import OWN_SOURCE, read_synonyms
from begrepp.search.words import UNSPECIFIED, content_words
from begrepp.settings import ROOT

LISTS = ROOT / "ontology" / "search_names"
_MAX_WORDS = 6
"""Words of a label that is looked up among the synonyms."""


class SearchNames:
    """The names that people search with, by resource."""

    def __init__(self) -> None:
        self._synonyms = read_synonyms()
        self._lists = {path.stem: dict(read_list(path)) for path in sorted(LISTS.glob("*.tsv"))}

    def of(self, document: SearchDocument) -> dict[str, str]:
        """Return the names for a resource that are no labels of it, each with its source, those of the lists first."""
        name, code = list_place(document)
        found = dict.fromkeys(self._lists.get(name, {}).get(code, ()), OWN_SOURCE)
        for label in document.labels("pref", "alt"):
            for variant in label_variants(label.value):
                words = tuple(word for word in content_words(variant) if word not in UNSPECIFIED)
                if len(words) <= _MAX_WORDS:
                    for phrase, source in self._synonyms.of(words).items():
                        if len(phrase) > 1:
                            found.setdefault(self._synonyms.text(phrase), source)
        labels = {label.value.casefold() for label in document.labels(*LABEL_ROLES)}
        return {name: source for name, source in found.items() if name.casefold() not in labels}


def list_place(document: SearchDocument) -> tuple[str, str]:
    """Return the name of the list that has the names for a resource, and its code there."""
    match document.kind:
        case "dataset":
            return "datasets", document.iri.rpartition("/")[2]
        case "variable":
            dataset = document.iri.rpartition("/dataset/")[2].partition("/")[0]
            return "variables", f"{dataset}/{document.notation}"
    return document.scheme.rpartition("/")[2], document.notation


def read_list(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the codes of a list, each with its names."""
    with path.open(encoding="utf-8", newline="") as file:
        for code, names in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield code, [name.strip() for name in names.split(";")]
