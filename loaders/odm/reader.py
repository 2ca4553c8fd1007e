"""Reader of CDISC ODM 1.3 and 2.0 and Define-XML. Raises `PersonalDataError` for files with clinical data.

https://www.cdisc.org/standards/data-exchange/odm
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import Text
from begrepp.sources.meter import current_meter
from begrepp.sources.row_faults import Fault, add_fault, add_remark
from begrepp.sources.xml import XmlNode, read_xml
from loaders.odm.inclusion import VersionInclusion
from loaders.odm.model import (
    Alias,
    CodeListItem,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    MetaDataVersion,
    OdmCodeList,
    OdmElementT,
)
from loaders.support.html_text import from_html

_NAMESPACE = "http://www.cdisc.org/ns/odm/"
_CLINICAL_DATA = {
    "ClinicalData": "the data of a study",
    "SubjectData": "data about a person",
    "ItemGroupData": "rows of data",
    "Association": "annotations of data about persons",
    "AuditRecord": "who changed data about a person",
}
_NEXT_STEP = "Fix the file, or export it again."
_READ = {
    *("Include", "Description", "FormDef", "ItemGroupDef", "ItemDef", "CodeList", "ConditionDef", "MethodDef"),
    *("ValueListDef", "WhereClauseDef"),
}
"""Parts of a version that are read."""


def read_odm(path: Path, language: str) -> Iterator[MetaDataVersion]:
    """Yield the `MetaDataVersion`s of a file. `language` is the language of untagged texts."""
    *_, root = read_xml(path, refused=_CLINICAL_DATA)
    if root.name != "ODM" or (root.namespace and not root.namespace.startswith(_NAMESPACE)):
        raise InputError(
            Origin(path.name, root.row),
            f"the file begins with <{root.name}> of the namespace '{root.namespace}', and is not ODM.",
            "Check that you added the right file.",
        )
    count = 0
    inclusion = VersionInclusion.of(path.name, root)
    for study in root.all("Study"):
        for version in study.all("MetaDataVersion"):
            count += 1
            studies, whole = inclusion.resolve(study, version)
            data = _metadata(root, studies, whole, _Reader(path.name, language))
            data.is_included = inclusion.is_included(study, version)
            yield data
    if not count:
        raise InputError(
            path, "there is no Study with a MetaDataVersion in the file.", "Export the metadata, not the data."
        )


def _metadata(root: XmlNode, studies: list[XmlNode], version: XmlNode, reader: _Reader) -> MetaDataVersion:
    """Return a version with the definitions that it includes; its own study is the last one."""
    study = studies[-1]
    variables_node = study.first("GlobalVariables") or study
    name_node = variables_node.first("StudyName")
    name = name_node.text if name_node else study.get("StudyName")
    description = variables_node.first("StudyDescription") or study.first("Description")
    units = {
        unit.get("OID"): reader.unit(unit)
        for defining in studies
        for each in defining.all("BasicDefinitions")
        for unit in each.all("MeasurementUnit")
    }
    reader.formulas = reader.read_formulas(version)
    groups = reader.definitions(version, "ItemGroupDef", reader.group)
    forms = reader.definitions(version, "FormDef", reader.group)
    # ODM 2.0 has no FormDef: a form is an ItemGroupDef of the type Form.
    forms |= {oid: group for oid, group in groups.items() if group.attributes.get("Type") == "Form"}
    items = reader.definitions(version, "ItemDef", lambda node: reader.item(node, units))
    code_lists = reader.definitions(version, "CodeList", reader.code_list)
    current_meter().rows += len(items)
    clauses = {node.get("OID"): reader.clause(node, items) for node in version.all("WhereClauseDef")}
    value_lists = {node.get("OID"): reader.refs(node, "Item", clauses) for node in version.all("ValueListDef")}
    reader.check_code_lists(items.values(), code_lists.keys())
    forms = {oid: reader.without_dangling(each, groups.keys(), items.keys()) for oid, each in forms.items()}
    groups = {oid: reader.without_dangling(each, groups.keys(), items.keys()) for oid, each in groups.items()}
    return MetaDataVersion(
        origin=Origin(reader.file, version.row),
        study=study.get("OID"),
        study_name=name or study.get("OID"),
        descriptions=reader.texts(description) if description else (),
        oid=version.get("OID"),
        name=version.get("Name"),
        originator=root.get("Originator"),
        created=root.get("CreationDateTime")[:10],
        is_included=False,
        is_define="DefineVersion" in version.attributes or any("/ns/def/" in key for key in version.attributes),
        forms=forms,
        groups={oid: group for oid, group in groups.items() if oid not in forms},
        items=items,
        code_lists=code_lists,
        value_lists=value_lists,
        unread=Counter(node.name for node in version.children if node.name not in _READ),
    )


@dataclass(slots=True)
class _Reader:
    file: str
    language: str
    formulas: dict[str, str] = field(default_factory=dict)
    """The conditions and methods of a version by OID, in words."""

    def definitions(
        self, version: XmlNode, kind: str, read: Callable[[XmlNode], OdmElementT]
    ) -> dict[str, OdmElementT]:
        """Return every definition of a kind by OID. Raises `InputError` for a repeated OID."""
        elements: dict[str, OdmElementT] = {}
        for node in version.all(kind):
            oid = self.required(node, "OID")
            if oid in elements:
                raise self.new_error(node.row, f"the {kind} '{oid}' is defined already in row {elements[oid].row}")
            elements[oid] = read(node)
        return elements

    def new_error(self, row: int, reason: str) -> InputError:
        return InputError(Origin(self.file, row), f"{reason}.", _NEXT_STEP)

    def required(self, node: XmlNode, attribute: str) -> str:
        if value := node.get(attribute):
            return value
        raise self.new_error(node.row, f"a {node.name} has no {attribute}")

    def texts(self, node: XmlNode | None) -> tuple[Text, ...]:
        """Return the texts of a `Description`, `Question` or `Decode`, one per language, without HTML."""
        if node is None:
            return ()
        translations = list(node.all("TranslatedText")) or [node]
        texts_by_language = {
            each.lang or self.language: text for each in translations if (text := from_html(each.text))
        }
        return tuple(Text(text, language) for language, text in texts_by_language.items())

    def aliases(self, node: XmlNode) -> tuple[Alias, ...]:
        aliases = [Alias(each.get("Context"), each.get("Name")) for each in node.all("Alias")]
        aliases += [Alias(each.get("System"), each.get("Code")) for each in node.all("Coding")]
        return tuple(alias for alias in aliases if alias.name)

    def unit(self, node: XmlNode) -> str:
        symbol = self.texts(node.first("Symbol"))
        return symbol[0].value if symbol else node.get("Name")

    def refs(self, node: XmlNode, kind: str, clauses: Mapping[str, str] | None = None) -> tuple[ItemRef, ...]:
        """Return the `ItemRef`s or `ItemGroupRef`s of a node in their order, with their conditions."""
        refs = []
        for ref in in_order(node.all(f"{kind}Ref")):
            where = [(clauses or {}).get(each.get("WhereClauseOID"), "") for each in ref.all("WhereClauseRef")]
            oid = self.required(ref, f"{kind}OID")
            if (mandatory := ref.get("Mandatory")) not in ("Yes", "No", ""):
                add_remark(Origin(self.file, ref.row), f"Mandatory of '{oid}' is '{mandatory}', not Yes or No.")
            refs.append(
                ItemRef(
                    oid,
                    mandatory,
                    ref.row,
                    " or ".join(filter(None, where)),
                    self.formula(ref, "CollectionExceptionConditionOID"),
                    self.formula(ref, "MethodOID"),
                )
            )
        return tuple(refs)

    def read_formulas(self, version: XmlNode) -> dict[str, str]:
        """Return the `ConditionDef`s and `MethodDef`s by OID: description and formal expression."""
        formulas = {}
        for node in version.all("ConditionDef", "MethodDef"):
            described = " ".join(text.value for text in self.texts(node.first("Description"))[:1])
            expression = "; ".join(filter(None, (each.text for each in node.all("FormalExpression"))))
            words = described or node.get("Name")
            formulas[node.get("OID")] = f"{words} ({expression})" if words and expression else words or expression
        return formulas

    def formula(self, ref: XmlNode, attribute: str) -> str:
        """Return the condition or method that a reference names; one that the file lacks is kept as its OID."""
        oid = ref.get(attribute)
        if oid and oid not in self.formulas:
            text = f"{attribute} is '{oid}', which is not in the file; the OID is kept."
            add_remark(Origin(self.file, ref.row), text)
        return self.formulas.get(oid, "") or oid

    def clause(self, node: XmlNode, items: Mapping[str, ItemDef]) -> str:
        """Return a `WhereClauseDef` as text: `VSTESTCD EQ HEIGHT and VISIT IN BASELINE, WEEK 4`."""
        conditions = []
        for check in node.all("RangeCheck"):
            item = items.get(check.get("ItemOID"))
            values = ", ".join(value.text for value in check.all("CheckValue"))
            conditions.append(f"{item.name if item else check.get('ItemOID')} {check.get('Comparator')} {values}")
        return " and ".join(conditions)

    def group(self, node: XmlNode) -> ItemGroupDef:
        return ItemGroupDef(
            oid=node.get("OID"),
            name=node.get("Name"),
            row=node.row,
            titles=self.texts(node.first("Description")),
            aliases=self.aliases(node),
            attributes=node.attributes,
            items=self.refs(node, "Item"),
            groups=self.refs(node, "ItemGroup"),
        )

    def item(self, node: XmlNode, units: dict[str, str]) -> ItemDef:
        ranges = tuple(
            f"{check.get('Comparator')} {value.text}"
            for check in node.all("RangeCheck")
            for value in check.all("CheckValue")
        )
        for oid in (ref.get("MeasurementUnitOID") for ref in node.all("MeasurementUnitRef")):
            if oid and oid not in units:
                text = f"'{node.get('OID')}' refers to the unit '{oid}', which is not in the file; its OID is kept."
                add_remark(Origin(self.file, node.row), text)
        values = node.first("ValueListRef")
        lists = [ref.get("CodeListOID") for ref in node.all("CodeListRef")]
        return ItemDef(
            oid=node.get("OID"),
            name=self.required(node, "Name"),
            row=node.row,
            datatype=self.required(node, "DataType"),
            length=node.get("Length"),
            descriptions=self.texts(node.first("Description") or node.first("Definition")),
            questions=self.texts(node.first("Question")),
            units=tuple(
                units.get(oid, oid) for ref in node.all("MeasurementUnitRef") if (oid := ref.get("MeasurementUnitOID"))
            ),
            code_list=lists[0] if lists else "",
            value_list=values.get("ValueListOID") if values else "",
            ranges=ranges,
            aliases=self.aliases(node),
            attributes=node.attributes,
        )

    def code_list(self, node: XmlNode) -> OdmCodeList:
        external = node.first("ExternalCodeList")
        values: dict[str, CodeListItem] = {}
        for each in in_order(node.all("CodeListItem", "EnumeratedItem")):
            code = self.required(each, "CodedValue")
            if code in values:
                raise self.new_error(each.row, f"the code '{code}' occurs twice in the CodeList '{node.get('OID')}'")
            values[code] = CodeListItem(code, self.texts(each.first("Decode")), self.aliases(each))
        return OdmCodeList(
            oid=node.get("OID"),
            name=node.get("Name"),
            row=node.row,
            titles=self.texts(node.first("Description")),
            aliases=self.aliases(node),
            attributes=node.attributes,
            values=tuple(values.values()),
            dictionary=external.get("Dictionary") if external else "",
            version=external.get("Version") if external else "",
            href=external.get("href") if external else "",
        )

    def without_dangling(self, holder: ItemGroupDef, groups: Collection[str], items: Collection[str]) -> ItemGroupDef:
        """Return a form or group without its references to what the file does not define, each of them a fault."""
        kept = {}
        for kind, refs, defined in (("ItemDef", holder.items, items), ("ItemGroupDef", holder.groups, groups)):
            for ref in refs:
                if ref.oid not in defined:
                    reason = f"'{holder.oid}' refers to the {kind} '{ref.oid}', which is not in the file"
                    add_fault(Fault.DANGLING, self.new_error(ref.row, reason))
            kept[kind] = tuple(ref for ref in refs if ref.oid in defined)
        return replace(holder, items=kept["ItemDef"], groups=kept["ItemGroupDef"])

    def check_code_lists(self, items: Iterable[ItemDef], code_lists: Collection[str]) -> None:
        """Add a fault for each reference of an item to a code list that is not defined."""
        for item in items:
            if item.code_list and item.code_list not in code_lists:
                reason = f"'{item.oid}' refers to the CodeList '{item.code_list}', which is not in the file"
                add_fault(Fault.DANGLING, self.new_error(item.row, reason))


def in_order(nodes: Iterable[XmlNode]) -> list[XmlNode]:
    """Return nodes by their `OrderNumber` (ODM 1.3.2, 2.11); those without one come last, in the order of the file."""
    return sorted(
        nodes, key=lambda node: int(number) if (number := node.get("OrderNumber")).isdecimal() else sys.maxsize
    )
