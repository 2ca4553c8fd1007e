"""Shared code of loaders: publishers, editions, code systems, and readers of RDF, FHIR and HTML."""
