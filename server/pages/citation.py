"""Citations of concepts, code systems, datasets and mapping sets in three styles: APA, BibTeX and RIS.

APA: Publication Manual of the American Psychological Association, 7th edition, 10.3 and 10.9 (reference works and data
sets); the date of access is stated because the addresses show the edition in force. BibTeX: `@misc`, which all styles
have, with the fields of BibLaTeX's `@dataset`. RIS: type `DATA`, tags of the specification of 2011.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from msgspec import Struct

from begrepp.artefact.manifest import GraphEntry
from server.http.urls import quote_address
from server.pages.signposting import GraphRights, rights_of
from server.served.build import ServedBuild
from server.served.labels import choose_text, find_refs, find_statements, property_iris
from server.served.refs import Ref

STYLES = ("apa", "bibtex", "ris")


class Citation(Struct, frozen=True, kw_only=True):
    """Statements of a citation; empty if not known. `published` is a date, `container` a code system."""

    iri: str
    title: str
    container: str
    publisher: str
    edition: str
    published: str
    licence: str
    language: str

    @property
    def text(self) -> str:
        """The citation in the style APA without the date of access."""
        return f"{self.beginning}{self.iri}"

    @property
    def beginning(self) -> str:
        """The citation in the style APA up to the date of access and the IRI."""
        about = self.container + (f", {self.edition}" if self.container and self.edition else "") or self.edition
        year = f"({self.published[:4]})"
        described = self.title + (f" ({about})" if about else "")
        # Without an author the title comes first.
        before = f"{self.publisher} {year}. {described}" if self.publisher else f"{described}. {year}"
        return f"{before}. "

    @property
    def parameter(self) -> str:
        """The IRI as the value of a parameter of a URL."""
        return quote_address(self.iri)

    def in_style(self, style: str, accessed: date) -> str:
        """Return the citation in a style, with the date of access."""
        return {"apa": self._apa, "bibtex": self._bibtex, "ris": self._ris}[style](accessed)

    def _apa(self, accessed: date) -> str:
        if self.language == "sv":
            return f"{self.beginning}Hämtad {accessed.isoformat()} från {self.iri}\n"
        return f"{self.beginning}Retrieved {accessed:%B} {accessed.day}, {accessed.year}, from {self.iri}\n"

    def _bibtex(self, accessed: date) -> str:
        fields = {
            "title": "{" + _escaped(self.title) + "}",
            "author": "{" + _escaped(self.publisher) + "}",
            "publisher": _escaped(self.publisher),
            "howpublished": _escaped(self.container),
            "version": _escaped(self.edition),
            "year": self.published[:4],
            "date": self.published,
            "url": self.iri,
            "urldate": accessed.isoformat(),
            "language": {"sv": "swedish", "en": "english"}.get(self.language, ""),
        }
        lines = [f"  {name} = {{{text}}}" for name, text in fields.items() if text.strip("{}")]
        return f"@misc{{{self._key},\n" + ",\n".join(lines) + "\n}\n"

    @property
    def _key(self) -> str:
        """The key of the entry: the last segments of the IRI in ASCII."""
        end = "-".join(self.iri.rstrip("/").rsplit("/", 2)[-2:])
        plain = unicodedata.normalize("NFKD", end).encode("ascii", "ignore").decode()
        return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-") or "begrepp"

    def _ris(self, accessed: date) -> str:
        rows = [
            *(
                ("TY", "DATA"),
                ("TI", self.title),
                ("T2", self.container),
                ("AU", self.publisher),
                ("PB", self.publisher),
            ),
            *(("ET", self.edition), ("PY", self.published[:4]), ("DA", self.published.replace("-", "/"))),
            *(("LA", self.language), ("UR", self.iri), ("Y2", accessed.strftime("%Y/%m/%d"))),
        ]
        lines = [f"{tag}  - {' '.join(text.split())}" for tag, text in rows if text]
        return "\r\n".join([*lines, "ER  - ", ""])


_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_SPECIAL |= {character: f"\\{character}" for character in "{}&%$#_"}


def _escaped(text: str) -> str:
    """Return a text with the characters that have a meaning in BibTeX escaped."""
    return "".join(_SPECIAL.get(character, character) for character in text)


def citation_of(build: ServedBuild, iri: str, language: str) -> Citation:
    """Return the citation of a thing of the build: its name, code system, publisher and edition."""
    ref = find_refs(build, [iri], language)[iri]
    scheme = build.schemes.by_iri.get(iri)
    within = build.schemes.by_id.get(ref.scheme) if not scheme and ref.scheme else None
    graph = _graph_of(build, iri, scheme.id if scheme else ref.scheme)
    rights = rights_of(build, graph.graph) if graph else GraphRights()
    publisher = _find_publisher(build, iri, rights, language)
    container = choose_text(within.titles, language) if within else None
    return Citation(
        iri=iri,
        title=f"{ref.code} {ref.label.value}".strip(),
        container=container.value if container else "",
        publisher=publisher.label.value if publisher else "",
        edition=f"{_EDITION.get(language, _EDITION['en'])} {graph.version}" if graph else "",
        published=graph.valid_from.isoformat() if graph else build.manifest.built_at[:10],
        licence=rights.licence,
        language=language,
    )


def publisher_of(build: ServedBuild, iri: str, language: str) -> Ref | None:
    """Return the publisher of a thing: that of its edition, else that which it states itself."""
    scheme = build.schemes.by_iri.get(iri)
    graph = _graph_of(build, iri, scheme.id if scheme else find_refs(build, [iri], language)[iri].scheme)
    return _find_publisher(build, iri, rights_of(build, graph.graph) if graph else GraphRights(), language)


def _find_publisher(build: ServedBuild, iri: str, rights: GraphRights, language: str) -> Ref | None:
    stated = rights.publisher or _publisher_of(build, iri)
    return find_refs(build, [stated], language).get(stated) if stated else None


def _publisher_of(build: ServedBuild, iri: str) -> str:
    """Return the publisher that a dataset or mapping set states itself."""
    kind = iri.removeprefix(build.iris.root).partition("/")[0]
    stated = property_iris(find_statements(build, iri), "dct:publisher") if kind == "dataset" else ()
    return next(iter(stated), "")


_EDITION = {"sv": "utgåva", "en": "edition"}


def _graph_of(build: ServedBuild, iri: str, scheme: str) -> GraphEntry | None:
    """Return the edition that a thing is described in: of its code system, dataset or mapping set."""
    kind, _, rest = iri.removeprefix(build.iris.root).partition("/")
    if scheme:
        return build.manifest.find_graph("scheme", scheme)
    return build.manifest.find_graph(kind, rest.partition("/")[0]) if kind in ("dataset", "mapping") else None
