"""CDISC ODM 1.3 and 2.0, and Define-XML, as forms, groups, items and code lists; data about persons are refused.

By the CDISC Operational Data Model (https://www.cdisc.org/standards/data-exchange/odm) and Define-XML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import Text
from begrepp.sources.meter import meter
from begrepp.sources.privacy import refuse_identity_numbers
from begrepp.sources.xml import XmlNode, read_xml
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
_PERSONS = {
    "ClinicalData": "the data of a study",
    "SubjectData": "data about a person",
    "ItemGroupData": "rows of data",
    "Association": "annotations of data about persons",
    "AuditRecord": "who changed data about a person",
}
_NEXT = "Mend the file, or export it again."


def read_odm(path: Path, language: str) -> Iterator[MetaDataVersion]:
    """The metadata of a file. `language` is that of words whose language the file does not tell."""
    *_, root = read_xml(path, refused=_PERSONS)
    if root.name != "ODM" or (root.namespace and not root.namespace.startswith(_NAMESPACE)):
        raise InputError(
            Origin(path.name, root.row),
            f"the file begins with <{root.name}> of the namespace '{root.namespace}', and is no ODM.",
            "Check that you added the right file.",
        )
    found = 0
    for study in root.all("Study"):
        for version in study.all("MetaDataVersion"):
            found += 1
            yield _metadata(root, study, version, _Reader(path.name, language))
    if not found:
        raise InputError(
            path, "there is no Study with a MetaDataVersion in the file.", "Export the metadata, not the data."
        )


def _metadata(root: XmlNode, study: XmlNode, version: XmlNode, reader: _Reader) -> MetaDataVersion:
    about = study.first("GlobalVariables") or study
    named = about.first("StudyName")
    name = named.text if named else study.get("StudyName")
    said = about.first("StudyDescription") or study.first("Description")
    units = {
        unit.get("OID"): reader.unit(unit)
        for each in study.all("BasicDefinitions")
        for unit in each.all("MeasurementUnit")
    }
    groups = reader.all(version, "ItemGroupDef", reader.group)
    forms = reader.all(version, "FormDef", reader.group)
    # ODM 2.0 knows no FormDef: a form is a group of the type Form.
    forms |= {oid: group for oid, group in groups.items() if group.attributes.get("Type") == "Form"}
    items = reader.all(version, "ItemDef", lambda node: reader.item(node, units))
    lists = reader.all(version, "CodeList", reader.code_list)
    meter().rows += len(items)
    clauses = {node.get("OID"): reader.clause(node, items) for node in version.all("WhereClauseDef")}
    value_lists = {node.get("OID"): reader.refs(node, "Item", clauses) for node in version.all("ValueListDef")}
    reader.check_references(forms | groups, groups, items, lists)
    return MetaDataVersion(
        origin=Origin(reader.file, version.row),
        study=study.get("OID"),
        study_name=name or study.get("OID"),
        descriptions=reader.texts(said) if said else (),
        oid=version.get("OID"),
        name=version.get("Name"),
        originator=root.get("Originator"),
        created=root.get("CreationDateTime")[:10],
        is_define="DefineVersion" in version.attributes or any("/ns/def/" in key for key in version.attributes),
        forms=forms,
        groups={oid: group for oid, group in groups.items() if oid not in forms},
        items=items,
        lists=lists,
        value_lists=value_lists,
    )


@dataclass(slots=True)
class _Reader:
    file: str
    language: str

    def all(self, version: XmlNode, kind: str, read: Callable[[XmlNode], OdmElementT]) -> dict[str, OdmElementT]:
        """Every definition of a kind by its OID, which is given once."""
        found: dict[str, OdmElementT] = {}
        for node in version.all(kind):
            oid = self.required(node, "OID")
            if oid in found:
                raise self.fault(node.row, f"the {kind} '{oid}' is defined already in row {found[oid].row}")
            found[oid] = read(node)
        return found

    def fault(self, row: int, reason: str) -> InputError:
        return InputError(Origin(self.file, row), f"{reason}.", _NEXT)

    def required(self, node: XmlNode, attribute: str) -> str:
        if value := node.get(attribute):
            return value
        raise self.fault(node.row, f"a {node.name} has no {attribute}")

    def texts(self, node: XmlNode | None) -> tuple[Text, ...]:
        """The words of a `Description`, `Question` or `Decode`, one for each language; HTML is taken away."""
        if node is None:
            return ()
        said = list(node.all("TranslatedText")) or [node]
        words = {each.lang or self.language: text for each in said if (text := from_html(each.text))}
        for text in words.values():
            refuse_identity_numbers(text, Origin(self.file, node.row))
        return tuple(Text(text, language) for language, text in words.items())

    def aliases(self, node: XmlNode) -> tuple[Alias, ...]:
        found = [Alias(each.get("Context"), each.get("Name")) for each in node.all("Alias")]
        found += [Alias(each.get("System"), each.get("Code")) for each in node.all("Coding")]
        return tuple(alias for alias in found if alias.name)

    def unit(self, node: XmlNode) -> str:
        symbol = self.texts(node.first("Symbol"))
        return symbol[0].value if symbol else node.get("Name")

    def refs(self, node: XmlNode, kind: str, clauses: Mapping[str, str] | None = None) -> tuple[ItemRef, ...]:
        """The `ItemRef` or `ItemGroupRef` of a node, with the clauses that say where each holds."""
        found = []
        for ref in node.all(f"{kind}Ref"):
            where = [(clauses or {}).get(each.get("WhereClauseOID"), "") for each in ref.all("WhereClauseRef")]
            oid = self.required(ref, f"{kind}OID")
            found.append(ItemRef(oid, ref.get("Mandatory"), ref.row, " or ".join(filter(None, where))))
        return tuple(found)

    def clause(self, node: XmlNode, items: Mapping[str, ItemDef]) -> str:
        """A `WhereClauseDef` in words: `VSTESTCD EQ HEIGHT and VISIT IN BASELINE, WEEK 4`."""
        said = []
        for check in node.all("RangeCheck"):
            item = items.get(check.get("ItemOID"))
            values = ", ".join(value.text for value in check.all("CheckValue"))
            said.append(f"{item.name if item else check.get('ItemOID')} {check.get('Comparator')} {values}")
        return " and ".join(said)

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
        outside = node.first("ExternalCodeList")
        values: dict[str, CodeListItem] = {}
        for each in node.all("CodeListItem", "EnumeratedItem"):
            code = self.required(each, "CodedValue")
            if code in values:
                raise self.fault(each.row, f"the code '{code}' stands twice in the CodeList '{node.get('OID')}'")
            values[code] = CodeListItem(code, self.texts(each.first("Decode")), self.aliases(each))
        return OdmCodeList(
            oid=node.get("OID"),
            name=node.get("Name"),
            row=node.row,
            titles=self.texts(node.first("Description")),
            aliases=self.aliases(node),
            attributes=node.attributes,
            values=tuple(values.values()),
            dictionary=outside.get("Dictionary") if outside else "",
            version=outside.get("Version") if outside else "",
            href=outside.get("href") if outside else "",
        )

    def check_references(
        self,
        holders: dict[str, ItemGroupDef],
        groups: dict[str, ItemGroupDef],
        items: dict[str, ItemDef],
        lists: dict[str, OdmCodeList],
    ) -> None:
        """What is referred to must be defined: a file that was cut, or taken apart, must not lose variables."""
        for holder in holders.values():
            for ref in holder.items:
                if ref.oid not in items:
                    raise self.fault(
                        ref.row, f"'{holder.oid}' refers to the ItemDef '{ref.oid}', which is not in the file"
                    )
            for ref in holder.groups:
                if ref.oid not in groups:
                    raise self.fault(
                        ref.row, f"'{holder.oid}' refers to the ItemGroupDef '{ref.oid}', which is not there"
                    )
        for item in items.values():
            if item.code_list and item.code_list not in lists:
                raise self.fault(
                    item.row, f"'{item.oid}' refers to the CodeList '{item.code_list}', which is not there"
                )
