"""The served build: its schemes, links, labels, dated views, RDF documents and caches.

In: a finished build on disk, and IRIs, codes or paths. Out: resolved things, their statements, links and triples.
"""
