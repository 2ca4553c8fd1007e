"""Query result as a table with links to the pages of resources."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from begrepp.rdf.namespaces import compact
from begrepp.records import Text, in_language
from begrepp.store.worker import Form
from server.http.urls import document_path
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref

_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_NUMBERS = frozenset(f"xsd:{name}" for name in ("integer", "decimal", "double", "float", "int", "long", "gYear"))
ROWS_SHOWN = 500
TEXT_SHOWN = 200_000


class ResultCell(Struct, frozen=True, kw_only=True):
    """A value: a link for an IRI, with its name and code; text with language or datatype for a literal."""

    text: str
    name: Text | None = None
    code: str = ""
    href: str = ""
    iri: str = ""
    lang: str = ""
    datatype: str = ""

    @property
    def number(self) -> bool:
        """Whether the value is a number."""
        return self.datatype in _NUMBERS


class ResultPage(Struct, frozen=True, kw_only=True):
    """A table, a boolean, or a graph as text."""

    variables: Sequence[str] = ()
    rows: Sequence[Sequence[ResultCell]] = ()
    total: int = 0
    boolean: bool | None = None
    graph: str = ""
    cut: bool = False

    @property
    def empty(self) -> bool:
        """Whether the result is empty."""
        return self.boolean is False or (self.boolean is None and not self.rows and not self.graph.strip())


def result_page(
    build: ServedBuild, form: Form, body: bytes, language: str, links: Mapping[str, str] | None = None
) -> ResultPage:
    """Return a worker's result, SPARQL JSON or Turtle, as a page; `links` maps a label column to its IRI column.

    A label that is not in the language of the page is replaced by the label of the linked resource.
    """
    if form == "graph":
        text = body[: TEXT_SHOWN + 1].decode(errors="replace")
        return ResultPage(graph=text[:TEXT_SHOWN], cut=len(text) > TEXT_SHOWN)
    answer = json.loads(body)
    if "boolean" in answer:
        return ResultPage(boolean=answer["boolean"])
    links = links or {}
    variables = [name for name in answer["head"]["vars"] if name not in links.values()]
    bindings = answer["results"]["bindings"]
    shown = bindings[:ROWS_SHOWN]
    iris = {term["value"] for row in shown for term in row.values() if term["type"] == "uri"}
    foreign = {
        row[link]["value"]
        for row in shown
        for name, link in links.items()
        if link in row and row.get(name, {}).get("xml:lang", language) != language
    }
    known = find_refs(build, iris | foreign, language)
    return ResultPage(
        variables=variables,
        rows=[[_linked(build, row, name, links.get(name, ""), known, language) for name in variables] for row in shown],
        total=answer["total"],
        cut=answer["total"] > ROWS_SHOWN,
    )


def _linked(
    build: ServedBuild, row: dict[str, dict[str, str]], name: str, link: str, known: Mapping[str, Ref], language: str
) -> ResultCell:
    cell, target = _cell(build, row.get(name), known), _cell(build, row.get(link), known) if link else None
    if not (target and cell.text):
        return cell
    label = known[target.iri].label if target.iri in known else None
    if cell.lang and label and not in_language(cell.lang, language) and in_language(label.lang, language):
        cell = structs.replace(cell, text=label.value, lang=label.lang)
    return structs.replace(cell, href=target.href, iri=target.iri)


def _cell(build: ServedBuild, term: dict[str, str] | None, known: Mapping[str, Ref]) -> ResultCell:
    if term is None:
        return ResultCell(text="")
    if term["type"] == "uri":
        iri = term["value"]
        shown = iri.removeprefix(build.iris.root) if iri.startswith(build.iris.root) else compact(iri)
        # Entries of EU authority lists are shown by their last segment: SWE, RESTRICTED.
        shown = shown.rpartition("/")[2] if iri.startswith(_AUTHORITY) else shown
        # An e-mail address is no thing with a page.
        ref = known.get(iri)
        href = "" if iri.startswith("mailto:") else ref.href if ref else document_path(build.iris, iri)
        if ref and ref.known and ref.label.value:
            return ResultCell(text=shown, name=ref.label, code=ref.code, href=href, iri=iri)
        return ResultCell(text=shown, href=href, iri=iri)
    return ResultCell(
        text=term.get("value", ""), lang=term.get("xml:lang", ""), datatype=compact(term.get("datatype", ""))
    )
