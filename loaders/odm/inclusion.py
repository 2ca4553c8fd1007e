"""Inclusion of an earlier `MetaDataVersion` in a later one (`Include`, ODM 1.3.2, section 3.1.1.3.1).

A later version has all definitions of the one it includes; those that it defines itself replace them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from begrepp.errors import InputError, Origin
from begrepp.sources.row_faults import Fault, add_fault
from begrepp.sources.xml import XmlNode


@dataclass(slots=True)
class VersionInclusion:
    """The versions of a file, by the OIDs of their study and their own."""

    file: str
    studies: dict[str, XmlNode] = field(default_factory=dict)
    versions: dict[tuple[str, str], XmlNode] = field(default_factory=dict)
    _inclusions: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, file: str, root: XmlNode) -> VersionInclusion:
        """Return the versions of the studies in an ODM file."""
        found = cls(file)
        for study in root.all("Study"):
            found.studies.setdefault(study.get("OID"), study)
            for version in study.all("MetaDataVersion"):
                found.versions.setdefault((study.get("OID"), version.get("OID")), version)
                if include := version.first("Include"):
                    found._inclusions.add(_key(study, include))
        return found

    def resolve(self, study: XmlNode, version: XmlNode) -> tuple[list[XmlNode], XmlNode]:
        """Return the studies that define a version, the included ones first, and the version with all definitions.

        An included version that the file lacks is a fault of the kind `dangling`. Raises `InputError` for a version
        that includes itself.
        """
        chain, seen = [(study, version)], {id(version)}
        while included := self._included(*chain[-1]):
            if id(included[1]) in seen:
                raise InputError(
                    Origin(self.file, version.row), f"the version '{version.get('OID')}' includes itself.", _NEXT_STEP
                )
            seen.add(id(included[1]))
            chain.append(included)
        studies = list({id(each): each for each, _ in reversed(chain)}.values())
        children: list[XmlNode] = []
        for _, each in reversed(chain):
            replaced = {(node.name, node.get("OID")) for node in each.children}
            children = [node for node in children if (node.name, node.get("OID")) not in replaced]
            children += each.children
        return studies, replace(version, children=children)

    def is_included(self, study: XmlNode, version: XmlNode) -> bool:
        """Return whether another version of the file includes a version."""
        return (study.get("OID"), version.get("OID")) in self._inclusions

    def _included(self, study: XmlNode, version: XmlNode) -> tuple[XmlNode, XmlNode] | None:
        include = version.first("Include")
        if include is None:
            return None
        key = _key(study, include)
        if key not in self.versions:
            reason = f"the version '{version.get('OID')}' includes the version '{key[1]}' of the study '{key[0]}', "
            error = InputError(Origin(self.file, include.row), f"{reason}which is not in the file.", _NEXT_STEP)
            add_fault(Fault.DANGLING, error)
            return None
        return self.studies[key[0]], self.versions[key]


def _key(study: XmlNode, include: XmlNode) -> tuple[str, str]:
    """Return the OIDs of an included version; without a StudyOID it belongs to the same study."""
    return (include.get("StudyOID") or study.get("OID"), include.get("MetaDataVersionOID"))


_NEXT_STEP = "Export the study with the versions that it includes."
