"""SHACL validation of RDF files.

`validate` reads RDF files as one graph and returns a `Report`. It has two engines, in `begrepp.validation.shacl`:
"fast" evaluates SHACL Core and SHACL-SPARQL for all focus nodes at once over columns of term ids; "reference" is
pySHACL. Shapes that use SHACL Advanced Features run on the reference engine, each by itself: the results of the other
shapes are those of the fast engine.

The decision: docs/decisions/validation-engine.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import chain
from pathlib import Path
from typing import Literal as Choice

from begrepp.settings import ROOT
from begrepp.validation.report import Report, make_report
from begrepp.validation.shacl.engine_choice import advanced_shapes
from begrepp.validation.shacl.fast_engine import fast_results
from begrepp.validation.shacl.results import ShaclResults
from begrepp.validation.shacl.shape_queries import check_shape_queries
from begrepp.validation.shacl.shapes import Shapes
from begrepp.validation.shacl.syntax_rules import check_syntax
from begrepp.validation.shacl.vocabulary import Term

Engine = Choice["fast", "reference"]
RESULTS_PER_SHAPE = 1000


def validate(
    data: Sequence[Path],
    shapes: Shapes | Sequence[Path] | None = None,
    *,
    background: Sequence[Path] = (),
    engine: Engine = "fast",
    limit: int = RESULTS_PER_SHAPE,
) -> Report:
    """Validate RDF files, read as one graph, against shapes or their files (by default all of `shapes/*.ttl`).

    The triples of the `background` files are part of the data graph (classes and their subclasses, the scheme and
    labels of a concept from an authority list), but their subjects are no targets. The report holds at most `limit`
    results per shape and counts all. Raises `InputError` if a file is not RDF, a shape is ill-formed, or no engine
    supports it.
    """
    if not isinstance(shapes, Shapes):
        shapes = Shapes(shapes if shapes is not None else sorted((ROOT / "shapes").glob("*.ttl")))
    check_shape_queries(shapes)
    check_syntax(shapes)
    advanced = set(shapes.target_shapes) if engine == "reference" else advanced_shapes(shapes)
    others = [node for node in shapes.target_shapes if node not in advanced]
    results: Iterable[ShaclResults] = chain(
        fast_results(shapes, data, background, others) if others else (),
        _reference_results(shapes, data, background, advanced) if advanced else (),
    )
    used = "mixed" if others and advanced else "reference" if advanced else "fast"
    return make_report(results, used, len(shapes.target_shapes), limit)


def _reference_results(
    shapes: Shapes, data: Sequence[Path], background: Sequence[Path], targets: Set[Term]
) -> Iterator[ShaclResults]:
    from begrepp.validation.shacl.pyshacl_engine import reference_results  # noqa: PLC0415  # takes 0.3 s; few need it

    return reference_results(shapes, data, background, targets)
