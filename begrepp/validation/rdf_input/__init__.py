"""What comes in from outside: files of RDF in any syntax, looked at before anything trusts them.

`prepare` is the door. It says what a file is (`syntax`), refuses what is no text or not UTF-8 (`text`), XML that
would blow up (`xml`) and JSON-LD that would fetch its context from the network (`jsonld`).
"""
