"""A SPARQL 1.1 endpoint somewhere else, asked over HTTP."""

from __future__ import annotations

from typing import Any

from SPARQLWrapper import JSON, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from begrepp.errors import QueryError
from begrepp.namespaces import prefixes


class RemoteStore:
    """A SPARQL 1.1 endpoint somewhere else, asked over HTTP."""

    def __init__(self, url: str, timeout_seconds: int = 60) -> None:
        self._url = url
        self._timeout = timeout_seconds

    def query_json(self, query: str) -> dict[str, Any]:
        """The answer to a SELECT or ASK, as SPARQL 1.1 JSON results."""
        wrapper = SPARQLWrapper(self._url)
        wrapper.setTimeout(self._timeout)
        wrapper.setReturnFormat(JSON)
        wrapper.setQuery("".join(f"PREFIX {p}: <{ns}>\n" for p, ns in prefixes().items()) + query)
        try:
            answer = wrapper.queryAndConvert()
        except (SPARQLWrapperException, OSError, ValueError) as error:
            raise QueryError(
                f"{self._url} did not answer the query: {error}", "Check the address and the query."
            ) from None
        if not isinstance(answer, dict):
            raise QueryError(f"{self._url} did not answer in JSON.", "Only SELECT and ASK can be sent to an endpoint.")
        return answer
