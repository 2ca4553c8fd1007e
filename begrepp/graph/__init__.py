"""Conversion of records to RDF: takes the records of a load, yields triples; no other package does this."""
