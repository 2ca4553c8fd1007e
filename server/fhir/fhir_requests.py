"""One FHIR request: base, parameters, languages and the resources that it may use; runs its operation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from begrepp.errors import BegreppError
from begrepp.fhir.r4_resources import from_r4, to_r4
from begrepp.fhir.requests.faults import FhirFault, FhirIssue, invalid_request, operation_outcome
from begrepp.fhir.requests.operation_calls import OperationCall, refuse_repeated
from begrepp.fhir.resource_library import ResourceLibrary, ResourceSource
from server.fhir.fhir_operations import OPERATIONS, FhirOperation
from server.fhir.parameter_names import refuse_misspelt, refuse_unknown
from server.http.i18n import LANGUAGES, Translator
from server.http.language_ranges import best_language

Json = dict[str, Any]
FHIR_VERSIONS = {"r5": "5.0.0", "r4": "4.0.1"}
MAX_BATCH = 500
"""Maximum number of parts of a batch."""


@dataclass(frozen=True)
class FhirRequest:
    """A request to one base; `source`: the resources of the server; `accept_language`: the header.

    `handling` of unknown parameters: `lenient` ignores them, `strict` refuses them; empty refuses those alone that are
    like a known one, since HL7's tools send parameters of their own in Parameters resources.
    """

    base: str
    source: ResourceSource
    accept_language: str = ""
    handling: str = ""

    def run(self, operation: FhirOperation, items: Sequence[Json], instance: Json | None = None) -> Json:
        """Return the answer of an operation in the form of the base. Raises `FhirFault`."""
        names = [str(each.get("name", "")) for each in items]
        if self.handling:
            self.check_names(names, operation.known_names)
        refuse_repeated(items, operation.known_names)
        if self.base == "r4":
            items = from_r4(list(items))
        if instance is not None:
            items = [*_without(items, operation.instance), *_named(operation, instance)]
        library, call = self._call(items)
        try:
            answer = operation.handler(library, call)
        except FhirFault as fault:
            of_day = library.issues_of_the_day()
            raise (FhirFault(*fault.issues, *of_day, status=fault.status) if of_day else fault) from None
        if not self.handling:  # the suite of HL7 expects other faults of a request to come first
            self.check_names(names, operation.known_names)
        return self.in_base(_in_language(answer, self.accept_language))

    def check_names(self, names: Iterable[str], known: Collection[str]) -> None:
        """Raise `FhirFault` for unknown parameters, if they are not to be ignored."""
        if self.handling != "lenient":
            refuse_unknown(names, known, only_misspelt=not self.handling)

    def check_form_names(self, names: Iterable[str], known: Collection[str]) -> None:
        """Raise `FhirFault` for misspelt parameters with an underscore, if they are not to be ignored."""
        if self.handling != "lenient":
            refuse_misspelt(names, known)

    def in_base(self, resource: Json) -> Json:
        """Return a resource of R5 in the form of the base."""
        return to_r4(resource) if self.base == "r4" else resource

    def _call(self, items: Sequence[Json]) -> tuple[ResourceLibrary, OperationCall]:
        call = OperationCall(list(items), accept_language=self.accept_language)
        posted = [each["resource"] for each in items if each.get("name") == "tx-resource" and _is_resource(each)]
        return ResourceLibrary(self.source, posted, call.day("date")), call

    def run_batch_validation(self, items: Sequence[Json]) -> Json:
        """Return the answer of ValueSet/$batch-validate-code: one Parameters or OperationOutcome for each part."""
        shared = [each for each in items if each.get("name") != "validation"]
        parts = [each for each in items if each.get("name") == "validation"]
        if not parts or len(parts) > MAX_BATCH:
            raise invalid_request(f"A batch has 1 to {MAX_BATCH} parameters validation.")
        answers = []
        for each in parts:
            resource = each.get("resource")
            own = resource.get("parameter", []) if isinstance(resource, dict) else []
            names = {one.get("name") for one in own if isinstance(one, dict)}
            merged = [*own, *(one for one in shared if one.get("name") not in names - {"tx-resource"})]
            answers.append({"name": "validation", "resource": self._validate_part(merged)})
        return {"resourceType": "Parameters", "parameter": answers}

    def _validate_part(self, items: Sequence[Json]) -> Json:
        kind = "ValueSet" if any(each.get("name") in ("url", "valueSet") for each in items) else "CodeSystem"
        try:
            return self.run(OPERATIONS[kind, "validate-code"], items)
        except BegreppError as error:
            return outcome_of(error, self.accept_language)


def outcome_of(error: BegreppError, accept_language: str = "") -> Json:
    """Return the OperationOutcome of an error; in Swedish if Accept-Language prefers it, else in HL7's English."""
    return _in_language(_english_outcome(error), accept_language)


def _in_language(answer: Json, accept_language: str) -> Json:
    """Return an OperationOutcome, or Parameters that hold one, with its texts in the language that is preferred."""
    kind = answer["resourceType"]
    if kind not in ("OperationOutcome", "Parameters") or not _prefers_swedish(accept_language):
        return answer
    if kind == "OperationOutcome":
        return _outcome_in_language(answer, Translator("sv").message)
    return answer | {"parameter": _parameters_in_language(answer["parameter"], Translator("sv").message)}


def _outcome_in_language(outcome: Json, translate: Callable[[str], str]) -> Json:
    details = [each["details"] | {"text": translate(each["details"]["text"])} for each in outcome["issue"]]
    return outcome | {"issue": [each | {"details": own} for each, own in zip(outcome["issue"], details, strict=True)]}


def _parameters_in_language(parameters: list[Json], translate: Callable[[str], str]) -> list[Json]:
    """Return the parameters with translated issues, and with the texts of the issues translated in the message."""
    done = {each["name"]: each for each in parameters if each["name"] in ("issues", "message")}
    texts = [one["details"]["text"] for one in done["issues"]["resource"]["issue"]] if "issues" in done else []
    if "issues" in done:
        done["issues"] = done["issues"] | {"resource": _outcome_in_language(done["issues"]["resource"], translate)}
    if "message" in done:
        message = done["message"]["valueString"]
        for text in sorted(texts, key=len, reverse=True):
            message = message.replace(text, translate(text))
        done["message"] = done["message"] | {"valueString": message if texts else translate(message)}
    return [done.get(each["name"], each) for each in parameters]


_LANGUAGES = tuple(sorted(LANGUAGES, key=lambda each: each != "en"))
"""The languages of messages; English, in which HL7 words them, if the client prefers none."""


def _prefers_swedish(accept_language: str) -> bool:
    return best_language(accept_language, _LANGUAGES) == "sv"


def _english_outcome(error: BegreppError) -> Json:
    if isinstance(error, FhirFault):
        return operation_outcome(error.issues)
    code = {404: "not-found", 403: "forbidden", 405: "not-supported", 413: "too-long", 429: "throttled"}
    kind = code.get(error.status, "exception" if error.status >= 500 else "invalid")
    return operation_outcome([FhirIssue(severity="error", code=kind, text=str(error))])


def _is_resource(item: Json) -> bool:
    return isinstance(item.get("resource"), dict)


def _without(items: Sequence[Json], names: tuple[str, ...]) -> list[Json]:
    return [each for each in items if each.get("name") not in names]


def _named(operation: FhirOperation, instance: Json) -> list[Json]:
    address, version = operation.instance
    found: list[Json] = [{"name": address, "valueUri": instance["url"]}]
    if instance.get("version"):
        found.append({"name": version, "valueString": instance["version"]})
    return found
