"""DDI Lifecycle 3.2 and 3.3: variables with the represented and conceptual variables above them, by reference.

By https://ddialliance.org/Specification/DDI-Lifecycle/3.3/. Whole instances and fragments are read alike: everything
that has an URN, or an agency, an id and a version, is found by it, wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import CodedValue, Text
from begrepp.sources.privacy import refuse_identity_numbers
from begrepp.sources.xml import XmlNode, read_xml
from loaders.ddi.model import CascadeVariable, DdiStudy, DdiTable, DdiVariable, ValueDomain
from loaders.support.html_text import from_html

_NEXT = "Mend the file, or export it again with all that it refers to."
_NUMBERS = ("integer", "int", "short", "long", "count", "biginteger")
Key = tuple[str, str, str]


def read_lifecycle(path: Path, language: str) -> DdiStudy:
    """The study of an instance or of fragments."""
    *_, root = read_xml(path)
    reader = _Reader(path.name, root, root.lang or language)
    if not reader.of_kind("Variable", "RepresentedVariable", "ConceptualVariable"):
        raise InputError(path, "there is no Variable in the file.", "Check that you added the right file.")
    return reader.study()


class _Reader:
    def __init__(self, file: str, root: XmlNode, language: str) -> None:
        self.file = file
        self.root = root
        self.language = language
        self.things: dict[Key, XmlNode] = {}
        self.unresolved: list[tuple[Origin, str]] = []
        for node in _all(root):
            if not node.name.endswith("Reference") and (key := _key(node)):
                if (before := self.things.get(key)) is not None:
                    raise InputError(
                        self.at(node), f"'{_urn(key)}' stands already in row {before.row}.", "Remove one of the two."
                    )
                self.things[key] = node

    def at(self, node: XmlNode) -> Origin:
        return Origin(self.file, node.row)

    def of_kind(self, *names: str) -> list[XmlNode]:
        return [node for node in self.things.values() if node.name in names]

    def follow(self, node: XmlNode, *names: str) -> XmlNode | None:
        """What the first reference of one of the names points to; what is not in the file is noted."""
        for name in names:
            if (said := next(node.all(name), None)) is None:
                continue
            key = _key(said)
            if key and key in self.things:
                return self.things[key]
            # A reference may leave the version out, or name a later one: any version is better than none.
            same = [each for each in self.things if key and each[:2] == key[:2]]
            if len(same) == 1 and not (key and key[2]):
                return self.things[same[0]]
            self.unresolved.append((self.at(said), f"{name} points to '{_urn(key)}', which is not in the file."))
        return None

    def texts(self, node: XmlNode | None, *names: str) -> tuple[Text, ...]:
        """`Label/Content`, `VariableName/String`: the first of the names that has words, one for each language."""
        for name in names if node else ():
            found: dict[str, str] = {}
            for holder in node.all(name):  # type: ignore[union-attr]  # names are empty without a node
                for said in [*holder.all("Content", "String")] or [holder]:
                    if words := from_html(said.text):
                        refuse_identity_numbers(words, self.at(said))
                        found.setdefault(said.lang or self.language, words)
            if found:
                return tuple(Text(words, language) for language, words in found.items())
        return ()

    def study(self) -> DdiStudy:
        unit = next(self.root.find("StudyUnit"), None)
        citation = unit.first("Citation") if unit else None
        instance = next(self.root.find("PhysicalInstance"), None)
        titles = self.texts(citation, "Title") or self.texts(instance and instance.first("Citation"), "Title")
        study = DdiStudy(
            origin=self.at(unit or self.root),
            titles=titles,
            descriptions=self.texts(unit, "Abstract"),
            identifiers=(_urn(_key(unit)),) if unit and _key(unit) else (),
            publisher=next(
                (t.value for t in self.texts(citation and citation.first("Publisher"), "PublisherName")), ""
            ),
        )
        conceptual = {key: node for key, node in self.things.items() if node.name == "ConceptualVariable"}
        represented = {key: node for key, node in self.things.items() if node.name == "RepresentedVariable"}
        study.conceptual = [self.above(key, node) for key, node in conceptual.items()]
        study.represented = [self.above(key, node) for key, node in represented.items()]
        study.tables = list(self.tables()) or [DdiTable(id="data", titles=titles or (Text("data", "und"),))]
        placed = {key: table.id for table in self.tables() for key in self.columns(table.id)}
        study.variables = [
            self.variable(key, node, placed.get(key, study.tables[0].id))
            for key, node in self.things.items()
            if node.name == "Variable"
        ]
        study.unresolved = list(dict.fromkeys(self.unresolved))
        return study

    def tables(self) -> Iterator[DdiTable]:
        for node in self.of_kind("LogicalRecord"):
            yield DdiTable(
                id=_own_id(node), titles=self.texts(node, "LogicalRecordName", "Label") or (Text(_own_id(node), "und"),)
            )

    def columns(self, table: str) -> Iterator[Key]:
        for node in self.of_kind("LogicalRecord"):
            if _own_id(node) == table:
                yield from (key for said in node.find("VariableUsedReference") if (key := _key(said)))

    def variable(self, key: Key, node: XmlNode, table: str) -> DdiVariable:
        names = self.texts(node, "VariableName")
        if not names:
            raise InputError(self.at(node), f"the Variable '{_urn(key)}' has no VariableName.", _NEXT)
        shape = node.first("VariableRepresentation") or node
        above = self.follow(node, "RepresentedVariableReference")
        question = self.follow(node, "QuestionReference")
        code_list = self.code_list(shape) or (self.code_list(above) if above else None)
        missing = self.missing(shape)
        values, absent = self.codes(code_list)
        holder = shape if any(_represented_by(shape)) or above is None else above
        return DdiVariable(
            id=key[1],
            name=names[0].value,
            origin=self.at(node),
            tables=(table,),
            titles=self.texts(node, "Label") or names,
            descriptions=self.texts(node, "Description"),
            questions=self.texts(question, "QuestionText") or self.question(question),
            language=self.language,
            universe=self.texts(self.follow(node, "UniverseReference"), "Label", "UniverseName"),
            concepts=self.concepts(node),
            values=values,
            missing=(*absent, *self.codes(missing)[0]),
            list_id=_own_id(code_list) if code_list and not absent else "",
            list_titles=self.texts(code_list, "Label", "CodeListName"),
            represented=_own_id(above) if above else "",
            domain=_domain(holder),
        )

    def question(self, node: XmlNode | None) -> tuple[Text, ...]:
        said = list(node.find("LiteralText", "Text")) if node else []
        words = {each.lang or self.language: each.text for each in said if each.name == "Text" and each.text}
        return tuple(Text(text, language) for language, text in words.items())

    def above(self, key: Key, node: XmlNode) -> CascadeVariable:
        conceptual = self.follow(node, "ConceptualVariableReference")
        code_list = self.code_list(node)
        kind = self.follow(node, "UnitTypeReference")
        return CascadeVariable(
            id=_own_id(node),
            origin=self.at(node),
            titles=self.texts(node, "Label", f"{node.name}Name") or (Text(key[1], "und"),),
            descriptions=self.texts(node, "Description"),
            conceptual=_own_id(conceptual) if conceptual else "",
            concepts=self.concepts(node),
            unit_type=next((t.value for t in self.texts(kind, "Label", "UnitTypeName")), ""),
            domain=_domain(node),
            list_id=_own_id(code_list) if code_list else "",
            list_titles=self.texts(code_list, "Label", "CodeListName"),
            values=self.codes(code_list)[0],
        )

    def concepts(self, node: XmlNode) -> tuple[tuple[str, str, str], ...]:
        found = self.follow(node, "ConceptReference")
        if found is None:
            return ()
        codes = [
            (said.get("controlledVocabularyName"), said.get("controlledVocabularyURN"), said.text)
            for said in found.find("Code")
        ]
        words = self.texts(found, "Label", "ConceptName")
        return tuple(codes) or tuple(("", "", text.value) for text in words[:1])

    def code_list(self, node: XmlNode) -> XmlNode | None:
        shape = next(node.all("CodeRepresentation"), None)
        return self.follow(shape, "CodeListReference") if shape else None

    def missing(self, node: XmlNode) -> XmlNode | None:
        managed = self.follow(node, "MissingValuesReference")
        shape = next(managed.all("MissingCodeRepresentation"), None) if managed else None
        return self.follow(shape, "CodeListReference") if shape else None

    def codes(self, node: XmlNode | None) -> tuple[tuple[CodedValue, ...], tuple[CodedValue, ...]]:
        """The codes of a list, and apart from them those whose category is one of missing values."""
        found: dict[str, tuple[CodedValue, bool]] = {}
        for code in node.all("Code") if node else ():
            value = next(code.all("Value"), None)
            if value is None or not value.text:
                raise InputError(self.at(code), "a Code has no Value.", _NEXT)
            if value.text in found:
                raise InputError(self.at(code), f"the code '{value.text}' stands twice in the list.", _NEXT)
            category = self.follow(code, "CategoryReference") or code.first("Category")
            coded = CodedValue(
                code=value.text,
                labels=self.texts(category, "Label", "CategoryName") or (Text(value.text, "und"),),
                definitions=self.texts(category, "Description"),
            )
            found[value.text] = (coded, category is not None and category.get("isMissing") == "true")
        return (
            tuple(coded for coded, is_missing in found.values() if not is_missing),
            tuple(coded for coded, is_missing in found.values() if is_missing),
        )


def _domain(node: XmlNode) -> ValueDomain:
    """Datatype, unit and bounds of a representation."""
    shape = next(_represented_by(node), None)
    if shape is None:
        return ValueDomain()
    if shape.name == "NumericRepresentation":
        kind = next((each.text.lower() for each in shape.all("NumericTypeCode")), "")
        low, high = (next((each.text for each in shape.find(name)), "") for name in ("Low", "High"))
        unit = next((each.text for each in shape.all("MeasurementUnit")), "")
        return ValueDomain("integer" if kind in _NUMBERS else "decimal", unit, low, high)
    if shape.name == "DateTimeRepresentation":
        kind = next((each.text.lower() for each in shape.all("DateTypeCode")), "date")
        return ValueDomain({"datetime": "dateTime", "time": "time", "year": "gYear"}.get(kind, "date"))
    return ValueDomain()


def _represented_by(node: XmlNode) -> Iterator[XmlNode]:
    return node.all("NumericRepresentation", "DateTimeRepresentation", "TextRepresentation", "CodeRepresentation")


def _all(node: XmlNode) -> Iterator[XmlNode]:
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        stack += reversed(here.children)


def _key(node: XmlNode) -> Key | None:
    """Agency, id and version of a thing or of a reference to one: from its URN, or from their own elements."""
    said = {child.name: child.text for child in node.children if child.name in ("URN", "Agency", "ID", "Version")}
    if urn := said.get("URN", ""):
        parts = urn.split(":")
        return (parts[2], parts[3], parts[4]) if len(parts) == 5 and parts[:2] == ["urn", "ddi"] else ("", urn, "")
    if "ID" not in said:
        return None
    return said.get("Agency", ""), said["ID"], said.get("Version", "")


def _urn(key: Key | None) -> str:
    return "" if key is None else key[1] if not key[0] else f"urn:ddi:{':'.join(key)}".rstrip(":")


def _own_id(node: XmlNode) -> str:
    key = _key(node)
    return key[1].rpartition(":")[2] if key else ""
