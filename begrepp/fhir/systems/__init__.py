"""Code systems as the FHIR operations see them, with designations and filters.

In: CodeSystem resources, or editions of a build. Out: concepts as integers, and sets of them.
"""
