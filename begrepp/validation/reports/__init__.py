"""What is said of a validation: the same outcome as text, page, table, RDF, or what a CI system reads.

`causes` puts it in words in the reader's language; `formats` knows every format; `baseline` knows what was
accepted before.
"""
