"""Helpers that several loaders share: agencies, editions, code systems, RDF and FHIR files."""
