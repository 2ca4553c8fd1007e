"""Operations of the API: each with its parameters, the struct of its body, its handler and an example."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from msgspec import Struct

from server.api.ecl_handler import select_by_expression
from server.api.handlers import (
    ApiCall,
    autocomplete,
    compare_concepts,
    list_ancestors,
    list_children,
    list_mappings,
    list_schemes,
    lookup,
    lookup_as_of,
    resolve_code,
    search_index,
)
from server.api.parameters import (
    AS_OF,
    DATASET,
    ECL,
    KIND,
    LANG,
    LANGUAGE,
    OFFSET,
    QUERY,
    SCHEME,
    SPECIES,
    STATUS,
    SYSTEM,
    VERSION,
    ApiParameter,
    concept_parameters,
    limit_parameter,
)
from server.api.schemas import (
    AncestorsBody,
    AsOfBody,
    ChildrenBody,
    ConceptBody,
    EclBody,
    MappingsBody,
    ResultsBody,
    SchemesBody,
    SubsumptionBody,
    SuggestionsBody,
    component_name,
)
from server.http.i18n import translations
from server.served.batch_resolver import ResolvedBody
from server.served.build import ServedBuild


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation of the API; `example` holds query parameters that work with the starter data."""

    name: str
    parameters: tuple[ApiParameter, ...]
    body: type[Struct]
    handler: Callable[[ServedBuild, ApiCall, str], Struct]
    example: dict[str, str]
    methods: tuple[str, ...] = ("GET",)
    """With POST, the parameters are sent as a JSON object."""
    aliases: tuple[str, ...] = ()

    @property
    def schema(self) -> str:
        """The name of the OpenAPI component of the body."""
        return component_name(self.body)

    @property
    def summary(self) -> str:
        """The description of the operation in English."""
        return translations("en")[f"api.operation.{self.name}"]

    @property
    def path(self) -> str:
        """The path of the operation."""
        return f"/api/v1/{self.name}"

    @property
    def example_path(self) -> str:
        """The path with the query string of the example."""
        return f"{self.path}?{urlencode(self.example)}" if self.example else self.path


_CONCEPT = (*concept_parameters(), SYSTEM)
_REQUIRED_CODE = ApiParameter(name="code", required=True)
_REQUIRED_SYSTEM = ApiParameter(name="system", required=True)
_REQUIRED_SCHEME = ApiParameter(name="scheme", required=True)
_ANY_OFFSET = ApiParameter(name="offset", number=(0, 10_000_000, 0))
_REQUIRED_DAY = ApiParameter(name="asOf", day=True, required=True)

OPERATIONS = (
    Operation(
        name="lookup",
        parameters=(*_CONCEPT, AS_OF, LANG),
        body=ConceptBody,
        handler=lookup,
        example={"system": "onkologi", "code": "lungcancer"},
    ),
    Operation(
        name="search",
        parameters=(QUERY, SCHEME, KIND, STATUS, DATASET, LANGUAGE, SPECIES, limit_parameter(100, 25), OFFSET, LANG),
        body=ResultsBody,
        handler=search_index,
        example={"q": "brostcancer", "limit": "3"},
    ),
    Operation(
        name="autocomplete",
        parameters=(QUERY, SCHEME, KIND, limit_parameter(20, 8), LANG),
        body=SuggestionsBody,
        handler=autocomplete,
        example={"q": "lungc", "kind": "concept", "limit": "3"},
    ),
    Operation(
        name="children",
        parameters=(*_CONCEPT, AS_OF, limit_parameter(1000, 200), OFFSET, LANG),
        body=ChildrenBody,
        handler=list_children,
        example={"system": "onkologi", "code": "cancer", "limit": "3"},
    ),
    Operation(
        name="ancestors",
        parameters=(*_CONCEPT, AS_OF, LANG),
        body=AncestorsBody,
        handler=list_ancestors,
        example={"system": "onkologi", "code": "lungcancer"},
    ),
    Operation(
        name="subsumes",
        parameters=(SYSTEM, *concept_parameters("A"), *concept_parameters("B"), AS_OF, LANG),
        body=SubsumptionBody,
        handler=compare_concepts,
        example={"system": "onkologi", "codeA": "cancer", "codeB": "lungcancer"},
    ),
    Operation(
        name="mappings",
        parameters=(*_CONCEPT, SCHEME, AS_OF, LANG),
        body=MappingsBody,
        handler=list_mappings,
        example={"system": "onkologi", "code": "lungcancer"},
    ),
    Operation(
        name="resolve",
        parameters=(_REQUIRED_SYSTEM, _REQUIRED_CODE, AS_OF, LANG),
        body=ResolvedBody,
        handler=resolve_code,
        example={"system": "urn:oid:1.2.752.116.1.1.1", "code": "C341"},
    ),
    Operation(
        name="as-of",
        parameters=(*_CONCEPT, _REQUIRED_DAY, LANG),
        body=AsOfBody,
        handler=lookup_as_of,
        example={"system": "atc", "code": "L01EB01", "asOf": "2022-06-30"},
    ),
    Operation(
        name="ecl",
        parameters=(_REQUIRED_SCHEME, ECL, VERSION, AS_OF, limit_parameter(10_000, 1000), _ANY_OFFSET, LANG),
        body=EclBody,
        handler=select_by_expression,
        example={"scheme": "onkologi", "ecl": "<< cancer MINUS << lungcancer", "limit": "3"},
        methods=("GET", "POST"),
        aliases=("/api/ecl",),
    ),
    Operation(name="schemes", parameters=(LANG,), body=SchemesBody, handler=list_schemes, example={}),
)
"""All operations: the page, the OpenAPI description and the routes are made from this list."""
