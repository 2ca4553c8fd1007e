"""`python -m bench NAME DATA …`; DATA holds `raw/` as `begrepp add` fills it, or a build.

For `owl` and `sources` DATA is a folder of publishers' own files; for `shacl` one to work in, for `shacl-suite` the
W3C's tests.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from bench import (
    build,
    crashes,
    current_view,
    ecl,
    engines,
    fhir,
    isolation,
    load,
    lookup,
    naive,
    owl,
    questions,
    search_ablation,
    search_exact,
    search_misspelt,
    search_quality,
    search_speed,
    search_training,
    serving,
    shacl,
    shacl_suite,
    soak,
    sources,
    suggest,
    suggest_judged,
    terminology,
    variables,
)

BENCHES: dict[str, Callable[..., None]] = {
    "build": build.run,
    "naive": naive.run,
    "crashes": crashes.run,
    "current-view": current_view.run,
    "ecl": ecl.run,
    "engines": engines.run,
    "fhir": fhir.run,
    "isolation": isolation.run,
    "load": load.run,
    "lookup": lookup.run,
    "owl": owl.run,
    "questions": questions.run,
    "search-ablation": search_ablation.run,
    "search-exact": search_exact.run,
    "search-misspelt": search_misspelt.run,
    "search-quality": search_quality.run,
    "search-speed": search_speed.run,
    "search-training": search_training.run,
    "serving": serving.run,
    "shacl": shacl.run,
    "shacl-suite": shacl_suite.run,
    "soak": soak.run,
    "sources": sources.run,
    "terminology": terminology.run,
    "variables": variables.run,
    "suggest": suggest.run,
    "suggest-judged": suggest_judged.run,
}


def main() -> None:
    """Run the named benchmark."""
    if len(sys.argv) < 3 or sys.argv[1] not in BENCHES:
        sys.exit(f"usage: python -m bench {{{','.join(BENCHES)}}} DATA\n{__doc__}")
    BENCHES[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])


main()
