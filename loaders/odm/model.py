"""Elements of an ODM file, by their ODM names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from begrepp.errors import Origin
from begrepp.records import Skipped, Text


class Alias(NamedTuple):
    """Another name of an element: `Context` and `Name`, or system and code of a `Coding` (ODM 2.0)."""

    context: str
    name: str


class ItemRef(NamedTuple):
    """Reference of a group to an item: `mandatory` is `Yes`, `No` or empty; `where` is a condition (Define-XML).

    `exception` says when it is not collected (`ConditionDef`), `method` how it is derived (`MethodDef`).
    """

    oid: str
    mandatory: str
    row: int
    where: str = ""
    exception: str = ""
    method: str = ""


@dataclass(slots=True, kw_only=True)
class OdmElement:
    """Properties that forms, groups, items and lists share."""

    oid: str
    name: str
    row: int
    titles: tuple[Text, ...] = ()
    descriptions: tuple[Text, ...] = ()
    aliases: tuple[Alias, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ItemDef(OdmElement):
    """An `ItemDef`: the definition of a variable, which several groups may use."""

    datatype: str
    length: str = ""
    questions: tuple[Text, ...] = ()
    units: tuple[str, ...] = ()
    code_list: str = ""
    value_list: str = ""
    ranges: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class ItemGroupDef(OdmElement):
    """A `FormDef` or `ItemGroupDef`; in Define-XML a dataset."""

    items: tuple[ItemRef, ...] = ()
    groups: tuple[ItemRef, ...] = ()


OdmElementT = TypeVar("OdmElementT", bound=OdmElement)


class CodeListItem(NamedTuple):
    """A `CodeListItem` or `EnumeratedItem`."""

    code: str
    labels: tuple[Text, ...]
    aliases: tuple[Alias, ...]


@dataclass(slots=True, kw_only=True)
class OdmCodeList(OdmElement):
    """A `CodeList`: values, or an external dictionary with its version."""

    values: tuple[CodeListItem, ...] = ()
    dictionary: str = ""
    version: str = ""
    href: str = ""


@dataclass(slots=True, kw_only=True)
class MetaDataVersion:
    """A `MetaDataVersion` of a study."""

    origin: Origin
    study: str
    study_name: str
    descriptions: tuple[Text, ...]
    oid: str
    name: str
    originator: str
    created: str
    is_define: bool
    is_included: bool
    """Whether a later version in the file includes it."""
    forms: dict[str, ItemGroupDef]
    groups: dict[str, ItemGroupDef]
    items: dict[str, ItemDef]
    code_lists: dict[str, OdmCodeList]
    value_lists: dict[str, tuple[ItemRef, ...]]
    """Value-level definitions of items (`ValueListDef` of Define-XML)."""
    unread: dict[str, int]
    """Numbers of the parts that are not read, by element: `StudyEventDef`, `CommentDef` …"""

    def skipped(self) -> Iterator[Skipped]:
        """Yield a count of each kind of part that is not read."""
        for name, count in sorted(self.unread.items()):
            yield Skipped(origin=self.origin, reason=f"'{name}' is not imported ({count:,}).")
