"""Elements of an ODM file as plain records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from begrepp.errors import Origin
from begrepp.records import Text


class Alias(NamedTuple):
    """Another name of a thing: `Context` and `Name`, or the system and code of a `Coding` (ODM 2.0)."""

    context: str
    name: str


class ItemRef(NamedTuple):
    """That a group holds an item, whether it must be there (`Yes`, `No`, not said), and in which rows (Define-XML)."""

    oid: str
    mandatory: str
    row: int
    where: str = ""


@dataclass(slots=True, kw_only=True)
class OdmElement:
    """What forms, groups, items and lists have in common."""

    oid: str
    name: str
    row: int
    titles: tuple[Text, ...] = ()
    descriptions: tuple[Text, ...] = ()
    aliases: tuple[Alias, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ItemDef(OdmElement):
    """A variable as the study defines it once, however often it is used."""

    datatype: str
    length: str = ""
    questions: tuple[Text, ...] = ()
    units: tuple[str, ...] = ()
    code_list: str = ""
    value_list: str = ""
    ranges: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class ItemGroupDef(OdmElement):
    """A form or a group of items; of a dataset, one of its tables (Define-XML)."""

    items: tuple[ItemRef, ...] = ()
    groups: tuple[ItemRef, ...] = ()


OdmElementT = TypeVar("OdmElementT", bound=OdmElement)


class CodeListItem(NamedTuple):
    """One value of a code list."""

    code: str
    labels: tuple[Text, ...]
    aliases: tuple[Alias, ...]


@dataclass(slots=True, kw_only=True)
class OdmCodeList(OdmElement):
    """A code list: its values, or the dictionary outside that it stands for, with its version."""

    values: tuple[CodeListItem, ...] = ()
    dictionary: str = ""
    version: str = ""
    href: str = ""


@dataclass(slots=True, kw_only=True)
class MetaDataVersion:
    """One `MetaDataVersion` of a study."""

    origin: Origin
    study: str
    study_name: str
    descriptions: tuple[Text, ...]
    oid: str
    name: str
    originator: str
    created: str
    is_define: bool
    forms: dict[str, ItemGroupDef]
    groups: dict[str, ItemGroupDef]
    items: dict[str, ItemDef]
    lists: dict[str, OdmCodeList]
    value_lists: dict[str, tuple[ItemRef, ...]]
    """What an item means where another has a certain value (`ValueListDef` of Define-XML)."""
