"""Judges data against the shapes: is each concept, term, mapping and variable what it should be, and if not, why?

`validate` reads RDF files as one graph and returns a `Report`. It has two engines, in `begrepp.validation.shacl`:
"fast" holds all concepts against a rule at once, over columns of numbers; "reference" is pySHACL. Both give the
same results. Shapes that use more than Core and SPARQL constraints go to the reference by themselves.

The choice: docs/decisions/validation-engine.md.
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
    """Judge the RDF files, read as one graph, against the shapes (by default all of `shapes/*.ttl`).

    What the `background` files say is looked up as if the data said it (classes and their subclasses, the
    scheme and labels of a concept from an authority list), but makes nothing a target: it is not judged itself.
    At most `limit` results per shape are kept; all are counted. Raises `InputError` where a file is not
    RDF, or where the shapes cannot be understood: what cannot be checked is never said to conform.
    """
    rules = Shapes(shapes if shapes is not None else sorted((ROOT / "shapes").glob("*.ttl")))
    check_supported(rules)
    if engine == "fast" and not needs_reference_engine(rules):
        with suppress(FastEngineUnsupported):
            return make_report(fast_results(rules, data, background), "fast", len(rules.target_shapes), limit)
    return make_report(reference_results(rules, data, background), "reference", len(rules.target_shapes), limit)
