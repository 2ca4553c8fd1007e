"""Names that a concept borrows from what it is mapped to, and from its code in a sister system."""

from __future__ import annotations

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.rdf.iris import Iris
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore
from begrepp.variables.suggestion.borrowed_names import borrow_names, sister_schemes
from begrepp.variables.suggestion.candidates import concept_targets


def test_names_of_what_is_mapped_as_the_same_are_borrowed(built: Settings) -> None:
    build = current_build(built)
    store, iris = DiskStore(build / "store"), Iris(read_manifest(build).base)
    targets = concept_targets(store, [iris.scheme("tnm-t")])
    found = {each.notation: each for each in borrow_names(targets, store, iris)}
    assert any(each.borrowed for each in found.values())
    for each in found.values():
        assert not {*each.borrowed} & {*each.labels, *each.other}
    assert [(each.iri, each.labels) for each in found.values()] == [(each.iri, each.labels) for each in targets]


def test_sisters_are_mutual() -> None:
    found = sister_schemes()
    assert "icd-10" in found["icd-10-se"]
    assert all(scheme in found[sister] for scheme, sisters in found.items() for sister in sisters)
