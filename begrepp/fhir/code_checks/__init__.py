"""Validation of codes, displays and versions against value sets.

In: a code, Coding or CodeableConcept. Out: whether it is valid, and the issues that say why not.
"""
