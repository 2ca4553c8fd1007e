"""Query parameters of the API: their limits, strict parsing and JSON Schemas."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from begrepp.ecl import MAX_CHARACTERS
from begrepp.errors import UsageError
from begrepp.records import in_language
from begrepp.search.documents import SEARCH_KINDS
from begrepp.search.species import SPECIES_VALUES
from server.http.i18n import LANGUAGES, translations

MAX_LENGTH = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiParameter:
    """A query parameter: text, one of several values, a date, or a whole number within limits."""

    name: str
    values: tuple[str, ...] = ()
    number: tuple[int, int, int] | None = None
    """Minimum, maximum and default of a number."""
    day: bool = False
    required: bool = False
    max_length: int = MAX_LENGTH

    @property
    def description(self) -> str:
        """The description in English."""
        return translations("en")[f"api.parameter.{self.name}"]

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the parameter."""
        if self.number:
            minimum, maximum, default = self.number
            return {"type": "integer", "minimum": minimum, "maximum": maximum, "default": default}
        if self.values:
            return {"type": "string", "enum": [*self.values]}
        if self.day:
            return {"type": "string", "format": "date"}
        return {"type": "string", "minLength": 1 if self.required else 0, "maxLength": self.max_length}

    def parse(self, text: str | None) -> str | int:
        """Return the parsed value, or the default for None; raises `UsageError` if the value is outside its limits."""
        if self.number:
            minimum, maximum, default = self.number
            if text is None:
                return default
            if not text.isascii() or not text.isdecimal() or not minimum <= int(text[:9]) <= maximum:
                raise UsageError(f"{self.name} is '{text}'.", f"Give a whole number from {minimum} to {maximum}.")
            return int(text[:9])
        value = text or ""
        if self.required and not value.strip():
            raise UsageError(f"There is no {self.name}.", f"Add ?{self.name}=…: {self.description}")
        if self.name == "lang":  # a range of RFC 4647: sv-SE is Swedish
            value = next((language for language in self.values if in_language(value, language)), value)
        if self.values and text is not None and value not in self.values:
            raise UsageError(f"{self.name} is '{value}'.", f"Use one of: {', '.join(self.values)}.")
        if len(value) > self.max_length:
            raise UsageError(f"{self.name} is too long.", f"Give at most {self.max_length} characters.")
        return value


def read_parameters(args: Mapping[str, str], parameters: Collection[ApiParameter]) -> dict[str, Any]:
    """Return the values of all parameters by name. Raises `UsageError`."""
    return {parameter.name: parameter.parse(args.get(parameter.name)) for parameter in parameters}


def concept_parameters(suffix: str = "") -> tuple[ApiParameter, ...]:
    """Return the parameters that name a concept: its IRI, or its code together with `system`."""
    return ApiParameter(name=f"iri{suffix}"), ApiParameter(name=f"code{suffix}")


SYSTEM = ApiParameter(name="system")
LANG = ApiParameter(name="lang", values=LANGUAGES)
AS_OF = ApiParameter(name="asOf", day=True)
QUERY = ApiParameter(name="q", required=True)
SCHEME = ApiParameter(name="scheme")
KIND = ApiParameter(name="kind", values=tuple(SEARCH_KINDS))
STATUS = ApiParameter(name="status", values=("active", "inactive"))
DATASET = ApiParameter(name="dataset")
LANGUAGE = ApiParameter(name="language", max_length=20)
SPECIES = ApiParameter(name="species", values=SPECIES_VALUES)
ECL = ApiParameter(name="ecl", required=True, max_length=MAX_CHARACTERS)
VERSION = ApiParameter(name="version")
OFFSET = ApiParameter(name="offset", number=(0, 100_000_000, 0))


def limit_parameter(maximum: int, default: int) -> ApiParameter:
    """Return the parameter for the maximum number of results."""
    return ApiParameter(name="limit", number=(1, maximum, default))
