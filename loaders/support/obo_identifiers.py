"""Names in the OBO world: prefixed identifiers such as HP:0000118 as the addresses that their publishers gave them."""

from __future__ import annotations

OBO = "http://purl.obolibrary.org/obo/"
OBO_IN_OWL = "http://www.geneontology.org/formats/oboInOwl#"
CONSIDER = f"{OBO_IN_OWL}consider"
XREF = f"{OBO_IN_OWL}hasDbXref"
ALTERNATIVE_ID = f"{OBO_IN_OWL}hasAlternativeId"
REPLACED_BY = f"{OBO}IAO_0100001"
IN_SUBSET = f"{OBO_IN_OWL}inSubset"
# Prefixes that cross-references use, and what they stand for. Others are kept as the words they are.
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
    """`HP:0000118` as its address; one that is an address already stays."""
    if "://" in identifier:
        return identifier
    prefix, colon, local = identifier.partition(":")
    return f"{OBO}{prefix}_{local}" if colon else f"{OBO}{identifier}"


def cross_reference(identifier: str) -> str:
    """The concept that a cross-reference means, as an IRI or `scheme:notation`; nothing where that is not known."""
    prefix, _, local = identifier.partition(":")
    return f"{_PREFIXES[prefix]}{local}" if prefix in _PREFIXES and local else ""
