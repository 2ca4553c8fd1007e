"""Every field of concepts of every code system equals what SPARQL finds in the same build."""

from __future__ import annotations

from begrepp.artefact.manifest import current_build
from begrepp.settings import Settings
from tests.support.agreement import Agreement

_SAMPLE = 12


def test_every_field_of_sampled_concepts_equals_the_graph(built: Settings) -> None:
    agreement = Agreement(current_build(built))
    faults: list[str] = []
    compared = 0
    for system, concepts in agreement.systems(_SAMPLE):
        for concept in concepts:
            compared += 1
            faults += agreement.faults(system, concept)
    assert compared > 250
    assert not faults, "\n".join(faults[:40])


def test_every_concept_of_every_code_system_has_a_number(built: Settings) -> None:
    agreement = Agreement(current_build(built))
    for system, _ in agreement.systems(0):
        if iri := system.description.iri:
            listed = sorted(system.iri(concept) for concept in range(len(system)))
            assert listed == [iri for (iri,) in agreement.ask(f"?x a skos:Concept ; skos:inScheme <{iri}>")]
