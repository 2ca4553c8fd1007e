"""Values of query parameters that have only a few, or are numbers, by route."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from begrepp.validation.profiles.profile import list_profiles
from server.fhir.fhir_forms import FORM_PARAMETERS
from server.fhir.fhir_requests import FHIR_VERSIONS
from server.http.i18n import LANGUAGES
from server.http.negotiation import named_language
from server.http.query_parameters import UnusableValue, is_offset
from server.pages.search import ORDERS, VIEWS
from server.state import app_state


def _profile_names() -> list[str]:
    return [each.name for each in list_profiles(app_state().settings)]


VALUES: Mapping[str, Mapping[str, Collection[str] | Callable[[], Collection[str]]]] = {
    "browse.search": {"sort": ORDERS, "view": VIEWS},
    "fhir_page.page": {"base": FHIR_VERSIONS, "operation": [f"{kind}/${name}" for kind, name in FORM_PARAMETERS]},
    "matrix.matrix": {"by": ("system",)},
    "resource.document": {"by": ("use",)},
    "tables.matrix": {"by": ("system",)},
    "tables.search": {"sort": ORDERS, "view": VIEWS},
    "validation.validation": {"profile": _profile_names},
}
"""Values by route and parameter. An empty value, that of a form where nothing is chosen, is not checked."""
_OFFSETS = frozenset(
    {"browse.alphabet", "browse.search", "differences.difference", "resource.by_uri", "resource.document"}
)
"""Routes that would ignore an offset that is no number; others refuse it themselves."""


def find_unusable_value(endpoint: str, name: str, value: str) -> UnusableValue | None:
    """Return a value that the parameter of a route cannot have, None for one that it can have."""
    if name == "lang":
        return None if named_language(value) else UnusableValue.of(name, value, LANGUAGES)
    if name == "offset" and endpoint in _OFFSETS:
        return None if is_offset(value) else UnusableValue.of(name, value)
    choices = VALUES.get(endpoint, {}).get(name)
    if choices is None or value in (listed := choices() if callable(choices) else choices):
        return None
    return UnusableValue.of(name, value, listed)
