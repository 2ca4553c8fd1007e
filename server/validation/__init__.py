"""Validation over HTTP: a form and an API that validate RDF in worker processes, and pages about profiles.

In: uploaded, pasted or fetched RDF and shapes. Out: validation reports, as pages or in a negotiated format.
"""
