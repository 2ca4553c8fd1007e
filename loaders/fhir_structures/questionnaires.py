"""The questions of a FHIR questionnaire: their answers, codes, units and conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from begrepp.errors import InputError
from begrepp.records import CodedValue, CodeList, Element, Link, ListOwner, Record, Skipped, Text
from loaders.support.fhir_labels import Json, coded, dicts, link, words
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


def question_elements(resource: Resource, structure: str, systems: Mapping[str, str]) -> Iterator[Record]:
    """Every item by its `linkId`, with the answers that it lists."""
    form = _Form(resource, structure, systems, str(resource.body.get("language") or "en"))
    if not dicts(resource.body.get("item")):
        raise InputError(resource.origin, "the Questionnaire has no items.", "Check that you added the right file.")
    for item in dicts(resource.body["item"]):
        yield from form.item(item, "", 0)


@dataclass(slots=True)
class _Form:
    resource: Resource
    structure: str
    systems: Mapping[str, str]
    language: str
    seen: set[str] = field(default_factory=set)

    def item(self, said: Json, parent: str, depth: int) -> Iterator[Record]:
        origin = self.resource.origin
        link_id = str(said.get("linkId") or "")
        if not link_id:
            raise InputError(origin, f"an item under '{parent or 'the top'}' has no linkId.", "Fix the file.")
        if link_id in self.seen or depth > _MAX_DEPTH:
            raise InputError(origin, f"the linkId '{link_id}' occurs twice, or too deep.", "Fix the file.")
        self.seen.add(link_id)
        values, left_out = self.answers(said)
        yield from left_out
        titles = words(said, "text", self.language, origin) or (Text(link_id, "und"),)
        if values:
            yield CodeList(
                owner=ListOwner(structure=self.structure),
                id=link_id,
                origin=origin,
                titles=titles,
                values=tuple(values),
            )
        bound = str(said.get("answerValueSet") or "")
        units = [
            str(coding.get("code") or coding.get("display") or "")
            for each in dicts(said.get("extension"))
            if each.get("url") in _UNITS and isinstance(coding := each.get("valueCoding"), dict)
        ]
        yield Element(
            structure=self.structure,
            path=link_id,
            origin=origin,
            titles=titles,
            parent=parent,
            datatype=str(said.get("type") or ""),
            min_card="1" if said.get("required") else "0",
            max_card="*" if said.get("repeats") else "1",
            unit=units[0] if len(units) == 1 else "",
            measures=self.links(said),
            code_list=link_id if values else "",
            bindings=(bound,) if bound and not bound.startswith("#") else (),
            strength="required" if bound and said.get("type") != "open-choice" else "",
            notes=tuple(self.notes(said, units)),
        )
        for below in dicts(said.get("item")):
            yield from self.item(below, link_id, depth + 1)

    def links(self, said: Json) -> tuple[Link, ...]:
        found = [
            one for coding in dicts(said.get("code")) for one in link(coding, self.systems, "Questionnaire.item.code")
        ]
        return tuple({one.concept: one for one in found}.values())

    def answers(self, said: Json) -> tuple[list[CodedValue], list[Skipped]]:
        """The answers an item lists, or those of a value set that the questionnaire holds itself (`#id`)."""
        codings: list[Json] = []
        for option in dicts(said.get("answerOption")):
            key = next((each for each in option if each.startswith("value")), "")
            value = option.get(key)
            codings.append(value if isinstance(value, dict) else {"code": str(value)})
        bound = str(said.get("answerValueSet") or "")
        if bound.startswith("#"):
            codings += self.contained(bound[1:])
        found: dict[str, CodedValue] = {}
        left_out = []
        for coding in codings:
            value = coded(coding, self.language, self.systems, self.resource.origin)
            if value is None or value.code in found:
                reason = f"'{said.get('linkId')}' has an answer without a code, or one twice."
                left_out.append(Skipped(origin=self.resource.origin, reason=reason))
                continue
            found[value.code] = value
        return list(found.values()), left_out

    def contained(self, id_: str) -> list[Json]:
        for each in dicts(self.resource.body.get("contained")):
            if each.get("id") == id_ and each.get("resourceType") == "ValueSet":
                compose, expansion = each.get("compose") or {}, each.get("expansion") or {}
                listed = [
                    {**concept, "system": part.get("system")}
                    for part in dicts(compose.get("include"))
                    for concept in dicts(part.get("concept"))
                ]
                return listed or dicts(expansion.get("contains"))
        raise InputError(
            self.resource.origin,
            f"the answers '#{id_}' are not in the questionnaire.",
            "Export it with its value sets.",
        )

    def notes(self, said: Json, units: list[str]) -> Iterator[Text]:
        if len(units) > 1:
            yield Text(f"units: {', '.join(units)}", "und")
        for each in dicts(said.get("enableWhen")):
            answer = next((each[key] for key in each if key.startswith("answer")), "")
            answer = answer.get("code") or answer.get("value") if isinstance(answer, dict) else answer
            yield Text(f"enableWhen {each.get('question')} {each.get('operator')} {answer}", "und")
        if said.get("definition"):
            yield Text(f"definition: {said['definition']}", "und")
        for each in dicts(said.get("extension")):
            if name := _BOUNDS.get(str(each.get("url"))):
                yield Text(f"{name}: {next((v for k, v in each.items() if k.startswith('value')), '')}", "und")
