"""RDF as text: IRIs, prefixes, N-Triples terms and lines, sorted files of lines, and serialisation to other formats.

In come names and values from records; out come N-Triples lines, sorted and merged on disk.
"""
