"""Both engines judge publishers' real graphs alike, result by result, by the rules of every profile.

The graphs lie outside the repository, in `suites/` of the folder that BEGREPP_SHARED names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from begrepp.settings import Settings
from begrepp.validation.profiles.profile import Profile, list_profiles
from begrepp.validation.validate import Engine, validate
from tests.support.python_patterns import readable_for_python
from tests.support.w3c_shacl import SHARED

SUITES = SHARED / "suites"
PROFILES = {profile.name: profile for profile in list_profiles(Settings())}
CATALOGUES = ["healthdcat-ap/**/*dataset*.ttl", "dcat-ap-se/exempel/*.*", "dcat-ap/3.0.1/html/examples/*.ttl"]
BROKEN = {
    "example-bee-population-dataset-series-api.ttl": "a prefixed name begins with a slash",
    "example-bee-population-dataset-series-combined.ttl": "a prefixed name begins with a slash",
}
"""Examples of DCAT-AP 3.0.1 that are not Turtle."""
CONCEPTS = ["skos/**/ex*.ttl", "skos/kos-kit-skos-shacl/data/**/*.ttl"]


def files(patterns: list[str]) -> list[Path]:
    return sorted({path for pattern in patterns for path in SUITES.glob(pattern) if path.is_file()})


def judged(data: Path, profile: Profile, shapes: Sequence[Path], engine: Engine) -> Counter[tuple[str, ...]]:
    """The results, blank nodes alike."""
    report = validate([data], shapes, background=profile.background, engine=engine, limit=1_000_000)
    assert report.engine == engine, "the fast engine handed this over, so nothing would be compared"
    return Counter(
        tuple(
            "_:" if (text or "").startswith("_:") else text or ""
            for text in (result.shape, result.focus, result.value, result.path, result.component, result.severity)
        )
        for result in report.results
    )


@pytest.mark.slow
@pytest.mark.skipif(not SUITES.is_dir(), reason="the publishers' graphs are not here: set BEGREPP_SHARED")
@pytest.mark.parametrize("name", PROFILES)
def test_real_graphs_are_judged_alike(name: str, tmp_path: Path) -> None:
    patterns = CONCEPTS if name in ("skos", "xkos") else [*CATALOGUES, *CONCEPTS] if name == "begrepp" else CATALOGUES
    graphs = files(patterns)
    assert graphs
    profile = PROFILES[name]
    copies = [readable_for_python(path, tmp_path) for path in profile.files]
    for graph in graphs:
        if graph.name not in BROKEN:
            ours = judged(graph, profile, profile.files, "fast")
            assert ours == judged(graph, profile, copies, "reference"), graph
