"""Reader of FHIR Questionnaire: items with answers, codes, units and conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from begrepp.errors import InputError
from begrepp.records import CodedValue, CodeList, Element, Link, ListOwner, Record, Skipped, Text
from loaders.support.fhir_labels import Json, coded_value, coding_links, object_items, read_texts
from loaders.support.fhir_packages import Resource

_MAX_DEPTH = 50
_UNITS = (
    "http://hl7.org/fhir/StructureDefinition/questionnaire-unit",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption",
)
_BOUNDS = {
    "http://hl7.org/fhir/StructureDefinition/minValue": "minValue",
    "http://hl7.org/fhir/StructureDefinition/maxValue": "maxValue",
}


def read_questionnaire(resource: Resource, structure: str, systems: Mapping[str, str]) -> Iterator[Record]:
    """Yield every item as an element, and its answers as a code list."""
    reader = _QuestionnaireReader(resource, structure, systems, resource.language)
    if not object_items(resource.body.get("item")):
        raise InputError(resource.origin, "the Questionnaire has no items.", "Check that you added the right file.")
    for item in object_items(resource.body["item"]):
        yield from reader.item(item, "", 0)


@dataclass(slots=True)
class _QuestionnaireReader:
    resource: Resource
    structure: str
    systems: Mapping[str, str]
    language: str
    seen: set[str] = field(default_factory=set)

    def item(self, item_object: Json, parent: str, depth: int) -> Iterator[Record]:
        origin = self.resource.origin
        link_id = str(item_object.get("linkId") or "")
        if not link_id:
            raise InputError(origin, f"an item under '{parent or 'the top'}' has no linkId.", "Fix the file.")
        if link_id in self.seen or depth > _MAX_DEPTH:
            raise InputError(origin, f"the linkId '{link_id}' occurs twice, or too deep.", "Fix the file.")
        self.seen.add(link_id)
        values, skipped = self.answers(item_object)
        yield from skipped
        titles = read_texts(item_object, "text", self.language) or (Text(link_id, "und"),)
        if values:
            yield CodeList(
                owner=ListOwner(structure=self.structure),
                id=link_id,
                origin=origin,
                titles=titles,
                values=tuple(values),
            )
        value_set = str(item_object.get("answerValueSet") or "")
        units = [
            str(coding.get("code") or coding.get("display") or "")
            for each in object_items(item_object.get("extension"))
            if each.get("url") in _UNITS and isinstance(coding := each.get("valueCoding"), dict)
        ]
        yield Element(
            structure=self.structure,
            path=link_id,
            origin=origin,
            titles=titles,
            parent=parent,
            datatype=str(item_object.get("type") or ""),
            min_card="1" if item_object.get("required") else "0",
            max_card="*" if item_object.get("repeats") else "1",
            unit=units[0] if len(units) == 1 else "",
            measures=self.links(item_object),
            code_list=link_id if values else "",
            bindings=(value_set,) if value_set and not value_set.startswith("#") else (),
            strength="required" if value_set and item_object.get("type") != "open-choice" else "",
            notes=tuple(self.notes(item_object, units)),
        )
        for child in object_items(item_object.get("item")):
            yield from self.item(child, link_id, depth + 1)

    def links(self, item_object: Json) -> tuple[Link, ...]:
        links = [
            one
            for coding in object_items(item_object.get("code"))
            for one in coding_links(coding, self.systems, "Questionnaire.item.code")
        ]
        return tuple({one.concept: one for one in links}.values())

    def answers(self, item_object: Json) -> tuple[list[CodedValue], list[Skipped]]:
        """Return the answers of an item, listed or in a contained value set (`#id`), and the skipped ones."""
        codings: list[Json] = []
        for option in object_items(item_object.get("answerOption")):
            key = next((each for each in option if each.startswith("value")), "")
            value = option.get(key)
            codings.append(value if isinstance(value, dict) else {"code": str(value)})
        value_set = str(item_object.get("answerValueSet") or "")
        if value_set.startswith("#"):
            codings += self.contained_options(value_set[1:])
        values_by_code: dict[str, CodedValue] = {}
        skipped = []
        for coding in codings:
            value = coded_value(coding, self.language, self.systems)
            if value is None or value.code in values_by_code:
                reason = f"'{item_object.get('linkId')}' has an answer without a code, or one twice."
                skipped.append(Skipped(origin=self.resource.origin, reason=reason))
                continue
            values_by_code[value.code] = value
        return list(values_by_code.values()), skipped

    def contained_options(self, id_: str) -> list[Json]:
        for each in object_items(self.resource.body.get("contained")):
            if each.get("id") == id_ and each.get("resourceType") == "ValueSet":
                compose, expansion = each.get("compose") or {}, each.get("expansion") or {}
                listed = [
                    {**concept, "system": part.get("system")}
                    for part in object_items(compose.get("include"))
                    for concept in object_items(part.get("concept"))
                ]
                return listed or object_items(expansion.get("contains"))
        raise InputError(
            self.resource.origin,
            f"the answers '#{id_}' are not in the questionnaire.",
            "Export it with its value sets.",
        )

    def notes(self, item_object: Json, units: list[str]) -> Iterator[Text]:
        if len(units) > 1:
            yield Text(f"units: {', '.join(units)}", "und")
        for each in object_items(item_object.get("enableWhen")):
            answer = next((each[key] for key in each if key.startswith("answer")), "")
            answer = answer.get("code") or answer.get("value") if isinstance(answer, dict) else answer
            yield Text(f"enableWhen {each.get('question')} {each.get('operator')} {answer}", "und")
        if item_object.get("definition"):
            yield Text(f"definition: {item_object['definition']}", "und")
        for each in object_items(item_object.get("extension")):
            if name := _BOUNDS.get(str(each.get("url"))):
                yield Text(f"{name}: {next((v for k, v in each.items() if k.startswith('value')), '')}", "und")
