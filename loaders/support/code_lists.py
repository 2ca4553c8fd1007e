"""Code lists of a dataset or structure, without duplicates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from begrepp.errors import Origin
from begrepp.records import CodedValue, CodeList, ListOwner, Text

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._~-]+")


class CodeListRegistry:
    """Registry of the code lists of a dataset or structure: equal lists get the same id."""

    def __init__(self, home: ListOwner) -> None:
        self._home = home
        self._ids: dict[tuple[bool, str | tuple[CodedValue, ...]], str] = {}
        self._used_ids: set[str] = set()
        self._pending: list[CodeList] = []

    def add(
        self,
        name: str,
        values: tuple[CodedValue, ...],
        origin: Origin,
        titles: tuple[Text, ...] = (),
        *,
        missing: bool = False,
        named: bool = False,
        intension: tuple[str, ...] = (),
    ) -> str:
        """Return the id of a list with these values; empty if there are none.

        A list that the source names (`named`) is identified by its name. Others are identified by their values and
        get the name of the first variable that uses them.
        """
        if not (values or intension):
            return ""
        key: tuple[bool, str | tuple[CodedValue, ...]] = (missing, name if named else values)
        if key in self._ids:
            return self._ids[key]
        id_ = self._unused_id(_NOT_IN_ID.sub("-", name.rstrip("/").rpartition("/")[2]).strip("-") or "list")
        self._ids[key] = id_
        self._pending.append(
            CodeList(
                owner=self._home,
                id=id_,
                origin=origin,
                titles=titles or (Text(name, "zxx"),),
                values=values,
                missing=missing,
                identifiers=(name,) if named else (),
                intension=intension,
            )
        )
        return id_

    def take_new(self) -> Iterator[CodeList]:
        """Yield the lists added since the last call."""
        found, self._pending = self._pending, []
        yield from found

    def _unused_id(self, base_id: str) -> str:
        id_, number = base_id, 1
        while id_.casefold() in self._used_ids:
            number += 1
            id_ = f"{base_id}-{number}"
        self._used_ids.add(id_.casefold())
        return id_
