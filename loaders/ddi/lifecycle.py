"""Reader of DDI Lifecycle 3.2 and 3.3, instances and fragments.

https://ddialliance.org/Specification/DDI-Lifecycle/3.3/. References are resolved by URN, or by agency, id and
version, wherever the element is in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import CodedValue, Text
from begrepp.sources.xml import XmlNode, read_xml
from loaders.ddi.lifecycle_domains import domain_notes, read_domain, representations
from loaders.ddi.model import CascadeVariable, DdiStudy, DdiTable, DdiVariable
from loaders.support.html_text import from_html

_NEXT_STEP = "Fix the file, or export it again with all that it refers to."
Key = tuple[str, str, str]


def read_lifecycle(path: Path, language: str) -> DdiStudy:
    """Read the study. Raises `InputError` if the file has no variables. `language` is that of untagged texts."""
    *_, root = read_xml(path)
    reader = _Reader(path.name, root, root.lang or language)
    if not reader.elements_named("Variable", "RepresentedVariable", "ConceptualVariable"):
        raise InputError(path, "there is no Variable in the file.", "Check that you added the right file.")
    return reader.study()


class _Reader:
    def __init__(self, file: str, root: XmlNode, language: str) -> None:
        self.file = file
        self.root = root
        self.language = language
        self.elements: dict[Key, XmlNode] = {}
        self.unresolved: list[tuple[Origin, str]] = []
        for node in _descendants(root):
            if not node.name.endswith("Reference") and (key := _key(node)):
                if (before := self.elements.get(key)) is not None:
                    raise InputError(
                        self.origin_of(node),
                        f"'{_urn(key)}' already occurs in row {before.row}.",
                        "Remove one of the two.",
                    )
                self.elements[key] = node

    def origin_of(self, node: XmlNode) -> Origin:
        return Origin(self.file, node.row)

    def elements_named(self, *names: str) -> list[XmlNode]:
        return [node for node in self.elements.values() if node.name in names]

    def follow(self, node: XmlNode, *names: str) -> XmlNode | None:
        """Resolve the first reference with one of these names; records an unresolved one and returns None."""
        for name in names:
            if (reference := next(node.all(name), None)) is None:
                continue
            key = _key(reference)
            if key and key in self.elements:
                return self.elements[key]
            # A reference may omit the version; a single element with that agency and id is then its target.
            candidates = [each for each in self.elements if key and each[:2] == key[:2]]
            if len(candidates) == 1 and not (key and key[2]):
                return self.elements[candidates[0]]
            self.unresolved.append(
                (self.origin_of(reference), f"{name} points to '{_urn(key)}', which is not in the file.")
            )
        return None

    def texts(self, node: XmlNode | None, *names: str) -> tuple[Text, ...]:
        """Return the texts of the first of these elements that has any (`Label/Content`, `VariableName/String`)."""
        for name in names if node else ():
            texts_by_language: dict[str, str] = {}
            for holder in node.all(name):  # type: ignore[union-attr]  # names are empty without a node
                for content in [*holder.all("Content", "String")] or [holder]:
                    if text := from_html(content.text):
                        texts_by_language.setdefault(content.lang or self.language, text)
            if texts_by_language:
                return tuple(Text(text, language) for language, text in texts_by_language.items())
        return ()

    def study(self) -> DdiStudy:
        study_unit = next(self.root.find("StudyUnit"), None)
        citation = study_unit.first("Citation") if study_unit else None
        instance = next(self.root.find("PhysicalInstance"), None)
        titles = self.texts(citation, "Title") or self.texts(instance and instance.first("Citation"), "Title")
        study = DdiStudy(
            origin=self.origin_of(study_unit or self.root),
            titles=titles,
            descriptions=self.texts(study_unit, "Abstract"),
            identifiers=(_urn(_key(study_unit)),) if study_unit and _key(study_unit) else (),
            publisher=next(
                (t.value for t in self.texts(citation and citation.first("Publisher"), "PublisherName")), ""
            ),
        )
        conceptual = {key: node for key, node in self.elements.items() if node.name == "ConceptualVariable"}
        represented = {key: node for key, node in self.elements.items() if node.name == "RepresentedVariable"}
        study.conceptual = [self.cascade_variable(key, node) for key, node in conceptual.items()]
        study.represented = [self.cascade_variable(key, node) for key, node in represented.items()]
        study.tables = list(self.tables()) or [DdiTable(id="data", titles=titles or (Text("data", "und"),))]
        table_of = {key: table.id for table in self.tables() for key in self.columns(table.id)}
        study.variables = [
            self.variable(key, node, table_of.get(key, study.tables[0].id))
            for key, node in self.elements.items()
            if node.name == "Variable"
        ]
        study.unresolved = list(dict.fromkeys(self.unresolved))
        return study

    def tables(self) -> Iterator[DdiTable]:
        for node in self.elements_named("LogicalRecord"):
            yield DdiTable(
                id=_id_of(node), titles=self.texts(node, "LogicalRecordName", "Label") or (Text(_id_of(node), "und"),)
            )

    def columns(self, table: str) -> Iterator[Key]:
        for node in self.elements_named("LogicalRecord"):
            if _id_of(node) == table:
                yield from (key for reference in node.find("VariableUsedReference") if (key := _key(reference)))

    def variable(self, key: Key, node: XmlNode, table: str) -> DdiVariable:
        names = self.texts(node, "VariableName")
        if not names:
            raise InputError(self.origin_of(node), f"the Variable '{_urn(key)}' has no VariableName.", _NEXT_STEP)
        representation = node.first("VariableRepresentation") or node
        represented = self.follow(node, "RepresentedVariableReference")
        question = self.follow(node, "QuestionReference")
        code_list = self.code_list(representation) or (self.code_list(represented) if represented else None)
        missing = self.missing(representation)
        values, list_missing = self.codes(code_list)
        domain_node = representation if any(representations(representation)) or represented is None else represented
        return DdiVariable(
            id=key[1],
            name=names[0].value,
            origin=self.origin_of(node),
            tables=(table,),
            titles=self.texts(node, "Label") or names,
            descriptions=self.texts(node, "Description"),
            questions=self.texts(question, "QuestionText") or self.question(question),
            language=self.language,
            universe=self.texts(self.follow(node, "UniverseReference"), "Label", "UniverseName"),
            concepts=self.concepts(node),
            values=values,
            missing=(*list_missing, *self.codes(missing)[0]),
            list_id=_id_of(code_list) if code_list and not list_missing else "",
            list_titles=self.texts(code_list, "Label", "CodeListName"),
            represented=_id_of(represented) if represented else "",
            domain=read_domain(domain_node),
            notes=tuple(domain_notes(domain_node)),
            calculation=self.calculation(representation),
        )

    def calculation(self, representation: XmlNode) -> str:
        """Return the description of the instruction by which a variable is computed, or its command."""
        instruction = self.follow(representation, "ProcessingInstructionReference")
        if instruction is None:
            return ""
        described = [text.value for text in self.texts(instruction, "Description", "Label")]
        commands = [each.text for each in instruction.find("CommandContent", "CommandText")]
        return next(filter(None, [*described, *commands]), "")

    def question(self, node: XmlNode | None) -> tuple[Text, ...]:
        texts = list(node.find("LiteralText", "Text")) if node else []
        texts_by_language = {
            each.lang or self.language: each.text for each in texts if each.name == "Text" and each.text
        }
        return tuple(Text(text, language) for language, text in texts_by_language.items())

    def cascade_variable(self, key: Key, node: XmlNode) -> CascadeVariable:
        conceptual = self.follow(node, "ConceptualVariableReference")
        code_list = self.code_list(node)
        unit_type = self.follow(node, "UnitTypeReference")
        return CascadeVariable(
            id=_id_of(node),
            origin=self.origin_of(node),
            titles=self.texts(node, "Label", f"{node.name}Name") or (Text(key[1], "und"),),
            descriptions=self.texts(node, "Description"),
            conceptual=_id_of(conceptual) if conceptual else "",
            concepts=self.concepts(node),
            unit_type=next((t.value for t in self.texts(unit_type, "Label", "UnitTypeName")), ""),
            domain=read_domain(node),
            list_id=_id_of(code_list) if code_list else "",
            list_titles=self.texts(code_list, "Label", "CodeListName"),
            values=self.codes(code_list)[0],
        )

    def concepts(self, node: XmlNode) -> tuple[tuple[str, str, str], ...]:
        concept = self.follow(node, "ConceptReference")
        if concept is None:
            return ()
        codes = [
            (code.get("controlledVocabularyName"), code.get("controlledVocabularyURN"), code.text)
            for code in concept.find("Code")
        ]
        texts = self.texts(concept, "Label", "ConceptName")
        return tuple(codes) or tuple(("", "", text.value) for text in texts[:1])

    def code_list(self, node: XmlNode) -> XmlNode | None:
        representation = next(node.all("CodeRepresentation"), None)
        return self.follow(representation, "CodeListReference") if representation else None

    def missing(self, node: XmlNode) -> XmlNode | None:
        managed = self.follow(node, "MissingValuesReference")
        representation = next(managed.all("MissingCodeRepresentation"), None) if managed else None
        return self.follow(representation, "CodeListReference") if representation else None

    def codes(self, node: XmlNode | None) -> tuple[tuple[CodedValue, ...], tuple[CodedValue, ...]]:
        """Return the codes of a list, and those whose category has `isMissing`."""
        values_by_code: dict[str, tuple[CodedValue, bool]] = {}
        for code in node.all("Code") if node else ():
            value = next(code.all("Value"), None)
            if value is None or not value.text:
                raise InputError(self.origin_of(code), "a Code has no Value.", _NEXT_STEP)
            if value.text in values_by_code:
                raise InputError(self.origin_of(code), f"the code '{value.text}' occurs twice in the list.", _NEXT_STEP)
            category = self.follow(code, "CategoryReference") or code.first("Category")
            coded = CodedValue(
                code=value.text,
                labels=self.texts(category, "Label", "CategoryName") or (Text(value.text, "und"),),
                definitions=self.texts(category, "Description"),
            )
            values_by_code[value.text] = (coded, category is not None and category.get("isMissing") == "true")
        return (
            tuple(coded for coded, is_missing in values_by_code.values() if not is_missing),
            tuple(coded for coded, is_missing in values_by_code.values() if is_missing),
        )


def _descendants(node: XmlNode) -> Iterator[XmlNode]:
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack += reversed(current.children)


def _key(node: XmlNode) -> Key | None:
    """Return agency, id and version of an element or a reference: from its URN, or from separate elements."""
    identification = {
        child.name: child.text for child in node.children if child.name in ("URN", "Agency", "ID", "Version")
    }
    if urn := identification.get("URN", ""):
        parts = urn.split(":")
        return (parts[2], parts[3], parts[4]) if len(parts) == 5 and parts[:2] == ["urn", "ddi"] else ("", urn, "")
    if "ID" not in identification:
        return None
    return identification.get("Agency", ""), identification["ID"], identification.get("Version", "")


def _urn(key: Key | None) -> str:
    return "" if key is None else key[1] if not key[0] else f"urn:ddi:{':'.join(key)}".rstrip(":")


def _id_of(node: XmlNode) -> str:
    key = _key(node)
    return key[1].rpartition(":")[2] if key else ""
