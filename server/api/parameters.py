"""What a request to the API may say: each parameter with its limits, read strictly and described from one place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from begrepp.errors import UsageError
from begrepp.search.documents import SEARCH_KINDS
from server.http.i18n import LANGUAGES, translations

LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter in the query: words, one of some values, a day, or a whole number within limits."""

    name: str
    values: tuple[str, ...] = ()
    number: tuple[int, int, int] | None = None
    """The least, the most, and what is meant where nothing is said."""
    day: bool = False
    required: bool = False

    @property
    def words(self) -> str:
        """What it means, in English."""
        return translations("en")[f"api.parameter.{self.name}"]

    @property
    def schema(self) -> dict[str, Any]:
        """The parameter's JSON Schema."""
        if self.number:
            least, most, default = self.number
            return {"type": "integer", "minimum": least, "maximum": most, "default": default}
        if self.values:
            return {"type": "string", "enum": [*self.values]}
        if self.day:
            return {"type": "string", "format": "date"}
        return {"type": "string", "minLength": 1 if self.required else 0, "maxLength": LONGEST}

    def read(self, written: str | None) -> str | int:
        """The value; raises `UsageError` where it is outside its limits."""
        if self.number:
            least, most, default = self.number
            if written is None:
                return default
            if not written.isascii() or not written.isdecimal() or not least <= int(written[:9]) <= most:
                raise UsageError(f"{self.name} is '{written}'.", f"Give a whole number from {least} to {most}.")
            return int(written[:9])
        value = written or ""
        if self.required and not value.strip():
            raise UsageError(f"There is no {self.name}.", f"Add ?{self.name}=…: {self.words}")
        if self.values and written is not None and value not in self.values:
            raise UsageError(f"{self.name} is '{value}'.", f"Use one of: {', '.join(self.values)}.")
        if len(value) > LONGEST:
            raise UsageError(f"{self.name} is too long.", f"Give at most {LONGEST} characters.")
        return value


def read(args: MultiDict[str, str], parameters: Iterable[Parameter]) -> dict[str, Any]:
    """All parameters of a request by name. Raises `UsageError`."""
    return {parameter.name: parameter.read(args.get(parameter.name)) for parameter in parameters}


def lookup(suffix: str = "") -> tuple[Parameter, ...]:
    """A concept by IRI, or by system and code."""
    return Parameter(name=f"iri{suffix}"), Parameter(name=f"code{suffix}")


SYSTEM = Parameter(name="system")
LANG = Parameter(name="lang", values=LANGUAGES)
AS_OF = Parameter(name="asOf", day=True)
QUERY = Parameter(name="q", required=True)
SCHEME = Parameter(name="scheme")
KIND = Parameter(name="kind", values=tuple(SEARCH_KINDS))
STATUS = Parameter(name="status", values=("active", "inactive"))
DATASET = Parameter(name="dataset")
OFFSET = Parameter(name="offset", number=(0, 2000, 0))


def limit(most: int, default: int) -> Parameter:
    """How many at most."""
    return Parameter(name="limit", number=(1, most, default))
