"""Expression Constraint Language (ECL 2.2): parses expressions, evaluates them on code systems, explains them in words.

ECL is the language of SNOMED International for sets of concepts (https://snomed.org/ecl). Here a code is any notation
of a code system, `<` follows its hierarchy, and attributes are its relations and mappings.
"""

from begrepp.ecl.syntax_errors import EclError
from begrepp.ecl.syntax_tree import EclNode

__all__ = ["MAX_CHARACTERS", "EclError", "parse_ecl"]

MAX_CHARACTERS = 60_000
"""Longest text of an expression that is parsed."""


def parse_ecl(text: str) -> EclNode:
    """Return the syntax tree of an expression; raises `EclError`."""
    from begrepp.ecl import constraint_parser  # noqa: PLC0415  # a server that no one asks needs no parser generator

    return constraint_parser.parse_expression(text)
