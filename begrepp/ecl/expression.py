"""Evaluation of the text of an expression, with errors that name the place in it; for FHIR, SPARQL, API and pages."""

from __future__ import annotations

from pyroaring import BitMap

from begrepp.ecl import parse_ecl
from begrepp.ecl.concept_sets import SystemSets
from begrepp.ecl.evaluation import Evaluation
from begrepp.ecl.substrate import Substrate
from begrepp.ecl.syntax_errors import EclError
from begrepp.terminology.interface import CodeSystem


def evaluate_ecl(text: str, system: CodeSystem, substrate: Substrate) -> SystemSets:
    """Return the concepts of an expression on a code system; they may be of others too.

    Raises `EclError` for a text that cannot be parsed, unknown codes and attributes, and too much work.
    """
    tree = parse_ecl(text)
    try:
        return Evaluation(system, substrate).concepts(tree)
    except EclError as error:
        raise error.located(text) from None


def concepts_of(text: str, system: CodeSystem, substrate: Substrate) -> BitMap:
    """Return the concepts of an expression that are of the code system itself, as for FHIR's filter `constraint`."""
    return evaluate_ecl(text, system, substrate).of(system)
