"""Reader of FHIR Questionnaire: items with answers, codes, units and conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from begrepp.errors import InputError
from begrepp.records import CodedValue, CodeList, Element, Link, ListOwner, Record, Skipped, Text
from begrepp.sources.row_faults import Fault, add_fault
from loaders.support.fhir_labels import Json, coded_value, coding_links, object_items, read_texts, value_of
from loaders.support.fhir_packages import Resource
from loaders.support.fhir_values import extension_notes, value_text

_MAX_DEPTH = 50
_UNITS = (
    "http://hl7.org/fhir/StructureDefinition/questionnaire-unit",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption",
)
# Item types of R4 and R5 (https://hl7.org/fhir/R4/valueset-item-type.html, https://hl7.org/fhir/R5/valueset-item-type.html).
_TYPES = {
    *("group", "display", "question", "boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text"),
    *("url", "choice", "open-choice", "coding", "attachment", "reference", "quantity"),
}
_OPEN_ANSWERS = ("optionsOrString", "optionsOrType")
"""Values of `answerConstraint` (R5) that allow other answers, as the type `open-choice` of R4 does."""
_NOTED = ("prefix", "maxLength", "readOnly", "enableBehavior", "answerConstraint", "definition")
"""Parts of an item that are notes of its element."""


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
    link_ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.link_ids.update(_link_ids(self.resource.body, 0))

    def item(self, item_object: Json, parent: str, depth: int) -> Iterator[Record]:
        origin = self.resource.origin
        link_id = str(item_object.get("linkId") or "")
        if not link_id:
            raise InputError(origin, f"an item under '{parent or 'the top'}' has no linkId.", "Fix the file.")
        if link_id in self.seen or depth > _MAX_DEPTH:
            raise InputError(origin, f"the linkId '{link_id}' occurs twice, or too deep.", "Fix the file.")
        self.seen.add(link_id)
        if not self.is_usable(item_object, link_id):
            return
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
            strength="required" if value_set and not _allows_other_answers(item_object) else "",
            notes=tuple(self.notes(item_object, units)),
        )
        for child in object_items(item_object.get("item")):
            yield from self.item(child, link_id, depth + 1)

    def is_usable(self, item_object: Json, link_id: str) -> bool:
        """Return whether type and conditions are those of FHIR; otherwise collect the faults."""
        faults = []
        type_ = str(item_object.get("type") or "")
        if type_ not in _TYPES:
            reason = f"the item '{link_id}' has the type '{type_}', which FHIR does not have."
            faults.append(InputError(self.resource.origin, reason, f"FHIR has {', '.join(sorted(_TYPES))}."))
        for each in object_items(item_object.get("enableWhen")):
            if str(each.get("question") or "") not in self.link_ids:
                reason = f"the item '{link_id}' depends on the question '{each.get('question')}', which no item is."
                faults.append(InputError(self.resource.origin, reason, "Correct enableWhen.question in a copy."))
        for fault in faults:
            add_fault(Fault.UNUSABLE, fault)
        return not faults

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
            answer = answer.get("code") or answer.get("value") if isinstance(answer, dict) else value_text(answer)
            yield Text(f"enableWhen {each.get('question')} {each.get('operator')} {answer}", "und")
        for name in _NOTED:
            if value := item_object.get(name):
                yield Text(f"{name}: {value_text(value)}", "und")
        initial = [*object_items(item_object.get("initial"))]
        initial += [each for each in object_items(item_object.get("answerOption")) if each.get("initialSelected")]
        for each in initial:
            yield Text(f"initial: {value_text(value_of(each))}", "und")
        for key in sorted(key for key in item_object if key.startswith("initial") and key != "initial"):
            yield Text(f"initial: {value_text(item_object[key])}", "und")
        yield from extension_notes(item_object)


def _link_ids(holder: Json, depth: int) -> Iterator[str]:
    for item in object_items(holder.get("item")) if depth <= _MAX_DEPTH else ():
        yield str(item.get("linkId") or "")
        yield from _link_ids(item, depth + 1)


def _allows_other_answers(item_object: Json) -> bool:
    return item_object.get("type") == "open-choice" or item_object.get("answerConstraint") in _OPEN_ANSWERS
