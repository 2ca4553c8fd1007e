"""Expression Constraint Language (ECL 2.2): parses expressions, evaluates them on code systems, explains them in words.

ECL is the language of SNOMED International for sets of concepts (https://snomed.org/ecl). Here a code is any notation
of a code system, `<` follows its hierarchy, and attributes are its relations and mappings.
"""

from begrepp.ecl.constraint_parser import parse_ecl
from begrepp.ecl.syntax_errors import EclError

__all__ = ["EclError", "parse_ecl"]
