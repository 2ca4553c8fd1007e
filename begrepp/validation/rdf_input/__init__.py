"""Checks of RDF uploads, and their conversion to a syntax that the engines read.

In: an untrusted file in any RDF syntax. Out: a file in N-Triples, N-Quads, Turtle, TriG or N3 (`prepare`).
`syntax` detects the syntax, `encoding` rejects files that are not UTF-8, `xml` rejects entity expansion and external
entities, and `jsonld` replaces remote contexts by local copies.
"""
