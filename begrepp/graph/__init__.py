"""Conversion of records to RDF: takes the records of a load, yields triples; all RDF terms are chosen here."""
