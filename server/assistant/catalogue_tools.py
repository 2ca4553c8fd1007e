"""Tools about the code systems of the build, and citations."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from begrepp.exports.downloads import citation
from server.assistant.concept_tools import Ids, Language
from server.assistant.tool_answers import CitationAnswer, CitedThing, SystemDetail, SystemsAnswer
from server.assistant.tool_context import ToolContext
from server.pages.citation import citation_of
from server.served.schemes import SchemeFacts


class CatalogueTools:
    """Code systems and citations."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context

    def schemes(
        self,
        query: Annotated[str, Field(description="Words or an identifier; empty for all", max_length=200)] = "",
        language: Language = "sv",
    ) -> SystemsAnswer:
        """List the code systems (classifications, terminologies, value lists) with edition, size, OID and licence."""
        build = self._context.build
        named = self._context.build.schemes.by_alias.get(query.strip().removeprefix("urn:oid:"))
        words = query.casefold().split()
        found = [
            scheme
            for scheme in sorted(build.schemes.by_iri.values(), key=lambda scheme: scheme.id)
            if scheme is named or all(word in _haystack(scheme) for word in words)
        ]
        return SystemsAnswer(total=len(found), systems=[self._system(scheme, language) for scheme in found])

    def _system(self, scheme: SchemeFacts, language: str) -> SystemDetail:
        current = self._context.edition(scheme.id)
        return SystemDetail(
            **self._context.source(scheme, language).model_dump(),
            iri=scheme.iri,
            identifiers=sorted({*scheme.identifiers, *filter(None, (scheme.system_uri,))}),
            concepts=current.concepts if current else 0,
            retired=current.inactive if current else 0,
            editions=self._context.versions(scheme.id),
        )

    def cite(self, ids: Ids, language: Language = "sv") -> CitationAnswer:
        """Give a citation for concepts, code systems or datasets: edition, publisher, address and licence."""
        found, missing = self._context.each(ids, lambda id_: self._citation(id_, language))
        return CitationAnswer(citations=found, build=citation(self._context.build.manifest), not_found=missing)

    def _citation(self, id_: str, language: str) -> CitedThing:
        build = self._context.build
        scheme = build.schemes.by_alias.get(id_.strip())
        dataset = build.manifest.find_graph("dataset", id_.strip())
        iri = scheme.iri if scheme else build.iris.dataset(dataset.id) if dataset else self._context.find(id_).iri
        cited = citation_of(build, iri, language)
        return CitedThing(
            id=id_,
            citation=cited.text,
            iri=iri,
            licence=cited.licence or None,
        )


def _haystack(scheme: SchemeFacts) -> str:
    texts = [text.value for text in (*scheme.titles, *scheme.descriptions)]
    return " ".join((scheme.id, scheme.iri, scheme.system_uri, *scheme.identifiers, *texts)).casefold()
