"""Validation of RDF against SHACL shapes.

In: RDF files (`rdf_input`), and a profile (`profiles`) or shapes of the caller. Out: a `Report`, or a
`ValidationOutcome` that `reports` writes in nine formats. The engines are in `shacl`.
"""
