"""Analysis and rewriting of SPARQL query text before evaluation: tokens, triple patterns, SERVICE, SELECT *.

Query text goes in; tokens, patterns and rewritten query text come out.
"""
