"""Unknown parameters of FHIR requests, and how the client prefers them to be handled.

A client says `Prefer: handling=strict` to have them refused, or `handling=lenient` to have them ignored
(https://hl7.org/fhir/search.html#errors). Without it they are errors in a query string, since an ignored `date` or
filter changes the meaning of the answer; in a Parameters resource those alone are that are like a known name, since
HL7's tests and tools send parameters of their own there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from begrepp.fhir.requests.faults import FhirFault, FhirIssue, operation_outcome
from server.http.query_parameters import find_unknown, nearest_name, shown_names

FORM_PARAMETERS = frozenset({"_elements", "_format", "_pretty", "_summary"})
"""Parameters of FHIR for the form of an answer."""
_HANDLING = re.compile(r"(?:^|[,;\s])handling\s*=\s*\"?(strict|lenient)", re.IGNORECASE)


def preferred_handling(prefer: str) -> str:
    """Return `strict` or `lenient` by the header `Prefer`, empty if it names neither."""
    found = _HANDLING.search(prefer)
    return found[1].lower() if found else ""


def refuse_unknown(given: Iterable[str], known: Collection[str], *, only_misspelt: bool = False) -> None:
    """Raise `FhirFault` with an issue for each name that is not known; with `only_misspelt` those that are like one."""
    unknown = find_unknown(given, known)
    if only_misspelt:
        unknown = [each for each in unknown if nearest_name(each, known)]
    if unknown:
        raise FhirFault(*(_issue(each, known) for each in shown_names(unknown)), status=400)


def refuse_misspelt(given: Iterable[str], known: Collection[str]) -> None:
    """Raise `FhirFault` for names with an underscore that are like a known one or `_summary`, such as `_element`.

    Clients send other names with an underscore that say nothing about the answer.
    """
    names = {*known, *FORM_PARAMETERS}
    refuse_unknown((name for name in given if name.startswith("_")), names, only_misspelt=True)


def _issue(name: str, known: Collection[str]) -> FhirIssue:
    text = f"The parameter {name} is not known."
    if near := nearest_name(name, known):
        text = f"The parameter {name} is not known. Did you mean {near}?"
    return FhirIssue(severity="error", code="not-supported", text=text)


def ignored_outcome(names: Iterable[str]) -> dict[str, Any]:
    """Return the OperationOutcome of a search that ignored parameters."""
    texts = (f"The parameter {name} is not known and was not used." for name in shown_names(names))
    return operation_outcome(FhirIssue(severity="warning", code="not-supported", text=text) for text in texts)
