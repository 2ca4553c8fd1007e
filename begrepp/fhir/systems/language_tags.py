"""The code system of language tags, `urn:ietf:bcp:47`: a grammar, so its codes cannot be listed."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Any

from pyroaring import BitMap

from begrepp.fhir.requests.faults import invalid_request
from begrepp.fhir.systems.code_system_view import CodeSystemView
from begrepp.fhir.systems.designations import ConceptTexts

Json = dict[str, Any]
LANGUAGE_TAGS = "urn:ietf:bcp:47"
_TAG = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.IGNORECASE | re.ASCII,
)
"""Well-formed tags of BCP 47 (RFC 5646, section 2.1), without grandfathered ones."""
_MAX_TAGS = 10_000


class LanguageTagSystem(CodeSystemView):
    """Every well-formed tag is a code; tags get their numbers when they are first used."""

    url = LANGUAGE_TAGS
    name = "Tags for the Identification of Languages"
    is_case_sensitive = False
    has_hierarchy = False
    size = 0

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._tags: list[str] = []
        self._lock = threading.Lock()

    def index(self, code: str) -> int | None:
        """Return the number of a well-formed tag."""
        if len(code) > 50 or not _TAG.fullmatch(code):
            return None
        with self._lock:
            if code not in self._numbers:
                if len(self._tags) >= _MAX_TAGS:
                    return None
                self._numbers[code] = len(self._tags)
                self._tags.append(code)
            return self._numbers[code]

    def code(self, concept: int) -> str:
        """Return the tag."""
        return self._tags[concept]

    def texts(self, concept: int) -> ConceptTexts:
        """Return no designations."""
        del concept
        return ConceptTexts()

    def definition(self, concept: int) -> str:
        """Return nothing."""
        del concept
        return ""

    def properties(self, concept: int) -> list[Json]:
        """Return no properties."""
        del concept
        return []

    def parents(self, concept: int) -> Sequence[int]:
        """Return no parents."""
        del concept
        return ()

    def children(self, concept: int) -> Sequence[int]:
        """Return no children."""
        del concept
        return ()

    def ancestors(self, concept: int) -> BitMap:
        """Return no ancestors."""
        del concept
        return BitMap()

    def descendants(self, concept: int) -> BitMap:
        """Return no descendants."""
        del concept
        return BitMap()

    def concept_status(self, concept: int) -> str:
        """Return no status."""
        del concept
        return ""

    @property
    def everything(self) -> BitMap:
        """Raise `FhirFault`: the codes cannot be listed."""
        text = f"The code system {self.url} is a grammar, so its codes cannot be listed."
        raise invalid_request(text, code="too-costly", status=422)
