"""RDF as text: IRIs, prefixes, N-Triples terms and lines, sorted files of lines, and serialisation to other formats.

Names and values from records go in; N-Triples lines come out, sorted and merged on disk.
"""
