"""SHACL validation of RDF files.

`validate` reads RDF files as one graph and returns a `Report`. It has two engines, in `begrepp.validation.shacl`:
"fast" evaluates a constraint for all focus nodes at once over columns of term ids; "reference" is pySHACL. Both
give the same results. Shapes that use more than SHACL Core and SPARQL constraints run on the reference engine.

The decision: docs/decisions/validation-engine.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal as Choice

from begrepp.settings import ROOT
from begrepp.validation.report import Report, make_report
from begrepp.validation.shacl.engine_choice import FastEngineUnsupported, check_supported, needs_reference_engine
from begrepp.validation.shacl.fast_engine import fast_results
from begrepp.validation.shacl.pyshacl_engine import reference_results
from begrepp.validation.shacl.shape_queries import check_shape_queries
from begrepp.validation.shacl.shapes import Shapes

Engine = Choice["fast", "reference"]
RESULTS_PER_SHAPE = 1000


def validate(
    data: Sequence[Path],
    shapes: Sequence[Path] | None = None,
    *,
    background: Sequence[Path] = (),
    engine: Engine = "fast",
    limit: int = RESULTS_PER_SHAPE,
) -> Report:
    """Validate RDF files, read as one graph, against shapes (by default all of `shapes/*.ttl`).

    The triples of the `background` files are part of the data graph (classes and their subclasses, the scheme and
    labels of a concept from an authority list), but their subjects are no targets. The report holds at most `limit`
    results per shape and counts all. Raises `InputError` if a file is not RDF or if no engine supports the shapes.
    """
    rules = Shapes(shapes if shapes is not None else sorted((ROOT / "shapes").glob("*.ttl")))
    check_shape_queries(rules)
    check_supported(rules)
    if engine == "fast" and not needs_reference_engine(rules):
        with suppress(FastEngineUnsupported):
            return make_report(fast_results(rules, data, background), "fast", len(rules.target_shapes), limit)
    return make_report(reference_results(rules, data, background), "reference", len(rules.target_shapes), limit)
