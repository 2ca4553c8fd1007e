"""What a loader says: plain, frozen records of schemes, concepts, mappings, datasets, variables and structures.

Loaders yield these; `begrepp.graph.triple_writer` alone turns them into RDF. A reference to a concept in the same
scheme is its notation; a reference that `is_iri` is one of the publisher's own; `scheme:notation`
points into another scheme.
"""

from begrepp.records.common import Agent, Justification, Link, Redistribution, Text, is_iri, links, texts
from begrepp.records.datasets import (
    Activity,
    Catalogue,
    Dataset,
    DatasetSeries,
    Distribution,
    DistributionRole,
    Evidence,
    ForeignKey,
    Legislation,
    QualityMeasurement,
    Table,
)
from begrepp.records.loader import EditionFiles, Load, Loader, Record, SharedLoader, Skipped, Source
from begrepp.records.mappings import Mapping, MappingSet, ValueSet
from begrepp.records.schemes import (
    Concept,
    Coverage,
    Edition,
    Level,
    Marker,
    Note,
    NoteKind,
    RdfTerm,
    Scheme,
    Statement,
    Status,
    Term,
    TermStatus,
)
from begrepp.records.structures import Element, Structure
from begrepp.records.variables import (
    CodedValue,
    CodeList,
    ConceptualVariable,
    ListOwner,
    RepresentedVariable,
    Variable,
    VariableQuality,
)

__all__ = [
    "Activity",
    "Agent",
    "Catalogue",
    "CodeList",
    "CodedValue",
    "Concept",
    "ConceptualVariable",
    "Coverage",
    "Dataset",
    "DatasetSeries",
    "Distribution",
    "DistributionRole",
    "Edition",
    "EditionFiles",
    "Element",
    "Evidence",
    "ForeignKey",
    "Justification",
    "Legislation",
    "Level",
    "Link",
    "ListOwner",
    "Load",
    "Loader",
    "Mapping",
    "MappingSet",
    "Marker",
    "Note",
    "NoteKind",
    "QualityMeasurement",
    "RdfTerm",
    "Record",
    "Redistribution",
    "RepresentedVariable",
    "Scheme",
    "SharedLoader",
    "Skipped",
    "Source",
    "Statement",
    "Status",
    "Structure",
    "Table",
    "Term",
    "TermStatus",
    "Text",
    "ValueSet",
    "Variable",
    "VariableQuality",
    "is_iri",
    "links",
    "texts",
]
