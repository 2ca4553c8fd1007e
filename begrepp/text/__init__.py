"""Swedish and English text: folding, sorting, stemming, compound splitting, similarity of titles, units of measure.

Strings go in; strings, keys and parsed units come out. The modules do not depend on RDF or on the text index.
"""
