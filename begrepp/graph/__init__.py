"""Conversion of records to RDF: takes records, yields triples; the only place that chooses RDF terms."""
