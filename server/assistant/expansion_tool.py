"""Tool that expands an expression (ECL) or a value set to its members."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from server.assistant.concept_tools import AsOf, Language, System
from server.assistant.tool_answers import ExpansionAnswer
from server.assistant.tool_context import ToolContext, concept_name, read_day
from server.pages.concept_selection import selected_refs
from server.served.concept_selection import select_concepts

_MAX_EXPRESSION = 4000
_MAX_MEMBERS = 1000


class ExpansionTool:
    """Expansion of expressions on the terminology of the build."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context

    def expand(
        self,
        expression: Annotated[
            str, Field(description="ECL, such as << C34 or ^ name-of-a-set", max_length=_MAX_EXPRESSION)
        ],
        system: System,
        as_of: AsOf = "",
        language: Language = "sv",
        limit: Annotated[int, Field(ge=1, le=_MAX_MEMBERS)] = 100,
        offset: Annotated[int, Field(ge=0, description="Members to skip")] = 0,
    ) -> ExpansionAnswer:
        """Expand an ECL expression or a value set to all its member codes, also as of a day.

        `<< C34` is C34 and all below, `<` without itself, `>` above; combine with AND, OR, MINUS; `^` is a value set.
        Use it to list every code of a group, and to build a value set.
        """
        day = read_day(as_of)
        scheme = self._context.scheme(system)
        found = select_concepts(self._context.build, scheme.id, expression, day=day)
        members = [concept_name(ref) for ref in selected_refs(self._context.build, found, offset, limit, language)]
        return ExpansionAnswer(
            expression=expression,
            total=len(found.sets),
            truncated=len(found.sets) > offset + len(members),
            members=members,
            sources=self._context.sources({each.system for each in members} | {scheme.id}, language, day),
        )
