"""Identifiers of OBO ontologies: conversion of prefixed identifiers such as HP:0000118 to IRIs."""

from __future__ import annotations

OBO = "http://purl.obolibrary.org/obo/"
OBO_IN_OWL = "http://www.geneontology.org/formats/oboInOwl#"
XREF = f"{OBO_IN_OWL}hasDbXref"
ALTERNATIVE_ID = f"{OBO_IN_OWL}hasAlternativeId"
REPLACED_BY = f"{OBO}IAO_0100001"
IN_SUBSET = f"{OBO_IN_OWL}inSubset"
# Prefixes of cross-references, with their namespace IRI or scheme. Others are kept as literals.
_PREFIXES = {
    "UMLS": "https://identifiers.org/umls:",
    "SNOMEDCT_US": "http://snomed.info/id/",
    "SNOMED_CT": "http://snomed.info/id/",
    "SCTID": "http://snomed.info/id/",
    "MEDDRA": "https://identifiers.org/meddra:",
    "ORPHA": "http://www.orpha.net/ORDO/Orphanet_",
    "Orphanet": "http://www.orpha.net/ORDO/Orphanet_",
    "EFO": "http://www.ebi.ac.uk/efo/EFO_",
    "MESH": "https://identifiers.org/mesh:",
    "OMIM": "https://identifiers.org/omim:",
    "HGNC": "https://identifiers.org/hgnc:",
    "ICD10": "icd-10:",
    "ICD-10": "icd-10:",
    "ICD-O": "icd-o-3:",
    **{p: f"{OBO}{p}_" for p in ("NCIT", "MONDO", "DOID", "MP", "MPATH", "HP", "GO", "UBERON", "CHEBI", "PATO")},
}


def obo_iri(identifier: str) -> str:
    """Return the IRI of `HP:0000118`; IRIs are returned unchanged."""
    if "://" in identifier:
        return identifier
    prefix, colon, local = identifier.partition(":")
    return f"{OBO}{prefix}_{local}" if colon else f"{OBO}{identifier}"


def cross_reference(identifier: str) -> str:
    """Return the target of a cross-reference as an IRI or `scheme:notation`; empty for an unknown prefix."""
    prefix, _, local = identifier.partition(":")
    return f"{_PREFIXES[prefix]}{local}" if prefix in _PREFIXES and local else ""
