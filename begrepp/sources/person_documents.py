"""Check of JSON and XML documents for data about a person: by the names of members, and by the kind of document."""

from __future__ import annotations

import re

from begrepp.errors import Origin, PersonalDataError
from begrepp.sources.privacy import FHIR_PERSON_RESOURCES, is_person_column, refuse_person_rows

_JSON_MEMBER = re.compile(r'"([^"\\\n]{2,40})"\s*:\s*"?([^",}\]\n]{1,60})')
_XML_NAME = re.compile(r"<(?:[\w.-]{1,40}:)?([A-Za-z][\w.-]{1,39})")
_VALUE = re.compile(r"""\bvalue\s*=\s*["']([^"'<]{1,60})["']""")
_FHIR_NAMESPACE = re.compile(r"""xmlns(?::[\w.-]+)?\s*=\s*["']http://hl7\.org/fhir["']""")
_FHIR_RESOURCE = re.compile(rf"<(?:[\w.-]{{1,40}}:)?({'|'.join(sorted(FHIR_PERSON_RESOURCES))})[\s>/]")
_CDA = re.compile(r"<(?:[\w.-]{1,40}:)?ClinicalDocument\b[^<>]*\burn:hl7-org:v3\b")
_CDA_RECORD = re.compile(r"<(?:[\w.-]{1,40}:)?recordTarget[\s>/]")


class JsonCheck:
    """Check of the members of a JSON document."""

    def check(self, text: str, origin: Origin) -> None:
        """Raise `PersonalDataError` for a member whose name and value are those of a person: `"patient_id": "P001"`.

        `text` is the next part of the document, and `origin` its first line.
        """
        for member in _JSON_MEMBER.finditer(text):
            if is_person_column(member[1]):
                refuse_person_rows({member[1]: member[2]}, _at(origin, text, member.start()))


class XmlCheck:
    """Check of the elements of an XML document."""

    def __init__(self) -> None:
        self._is_fhir = self._is_clinical_document = False

    def check(self, text: str, origin: Origin) -> None:
        """Raise `PersonalDataError` for an element about a person; `text` and `origin` as above.

        That is one whose name and content, or attribute `value`, are those of a person
        (`<birthDate value="1980-01-31"/>`), a resource of FHIR that is about a person, or the person whose record a
        clinical document (CDA) is.
        """
        for name in filter(is_person_column, {*_XML_NAME.findall(text)}):
            pattern = rf"<(?:[\w.-]{{1,40}}:)?{re.escape(name)}([\s/][^<>]{{0,500}})?>([^<>]{{0,60}})"
            for element in re.finditer(pattern, text):
                value = _VALUE.search(element[1] or "")
                cell = value[1] if value else element[2].strip()
                refuse_person_rows({name: cell}, _at(origin, text, element.start()))
        self._is_fhir = self._is_fhir or _FHIR_NAMESPACE.search(text) is not None
        self._is_clinical_document = self._is_clinical_document or _CDA.search(text) is not None
        if self._is_fhir and (resource := _FHIR_RESOURCE.search(text)):
            raise _person_document(f"a FHIR resource {resource[1]}", _at(origin, text, resource.start()))
        if self._is_clinical_document and (record := _CDA_RECORD.search(text)):
            raise _person_document("a clinical document (CDA)", _at(origin, text, record.start()))


def _person_document(kind: str, origin: Origin) -> PersonalDataError:
    return PersonalDataError(
        origin,
        f"{kind} is data about one person, not a description of data.",
        "begrepp accepts metadata only. Add the profile or the data dictionary, not the data.",
    )


def _at(origin: Origin, text: str, start: int) -> Origin:
    return Origin(origin.file, (origin.row or 1) + text.count("\n", 0, start))
