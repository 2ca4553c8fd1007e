"""Tool that expands an expression (ECL) or a value set to its members."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from begrepp.ecl import EclError, parse_ecl
from begrepp.ecl.evaluation import Evaluation
from begrepp.ecl.terminology_substrate import TerminologySubstrate
from begrepp.terminology.interface import CodeSystem
from begrepp.terminology.terminology import Terminology
from server.assistant.concept_tools import AsOf, Language, System
from server.assistant.tool_answers import ConceptName, ExpansionAnswer
from server.assistant.tool_context import ToolContext, read_day
from server.served.resolver import Missing

_MAX_EXPRESSION = 4000
_MAX_MEMBERS = 1000


class ExpansionTool:
    """Expansion of expressions on the terminology of the build."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context
        self._opened: tuple[str, Terminology] | None = None

    def expand(
        self,
        expression: Annotated[
            str, Field(description="ECL, such as << C34 or ^ name-of-a-set", max_length=_MAX_EXPRESSION)
        ],
        system: System,
        as_of: AsOf = "",
        language: Language = "sv",
        limit: Annotated[int, Field(ge=1, le=_MAX_MEMBERS)] = 100,
    ) -> ExpansionAnswer:
        """Expand an ECL expression or a value set to all its member codes, also as of a day.

        `<< C34` is C34 and all below, `<` without itself, `>` above; combine with AND, OR, MINUS; `^` is a value set.
        Use it to list every code of a group, and to build a value set.
        """
        day = read_day(as_of)
        scheme = self._context.scheme(system)
        terminology = self._terminology()
        edition = terminology.scheme(scheme.id, as_of=day)
        if edition is None:
            raise Missing(f"No edition of {scheme.id} was in force on {day}.", "The tool changes lists the editions.")
        try:
            found = Evaluation(edition, TerminologySubstrate(terminology, edition, day)).concepts(parse_ecl(expression))
        except EclError as error:
            raise error.located(expression) from None
        members = [
            _member(owner, number, language) for owner, numbers in found.items() for number in [*numbers][:limit]
        ]
        shown = members[:limit]
        return ExpansionAnswer(
            expression=expression,
            total=len(found),
            truncated=len(found) > len(shown),
            members=shown,
            sources=self._context.sources({each.system for each in shown} | {scheme.id}, language, day),
        )

    def _terminology(self) -> Terminology:
        folder = self._context.build.folder
        opened = self._opened
        if opened is None or opened[0] != folder.name:
            opened = self._opened = (folder.name, Terminology(folder))
        return opened[1]


def _member(system: CodeSystem, number: int, language: str) -> ConceptName:
    label = system.designation(number, (language, "sv", "en"))
    return ConceptName(
        iri=system.iri(number),
        code=system.code(number),
        system=system.description.id,
        status="active" if number in system.active else "retired",
        label=label.text if label else None,
        language=(label.language or None) if label else None,
    )
