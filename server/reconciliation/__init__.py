"""Reconciliation services for OpenRefine and its like under `/reconcile`: match texts and codes with concepts.

In: queries of the Reconciliation Service API 0.2 or 1.0-draft (https://reconciliation-api.github.io/specs/). Out:
candidates with scores, suggestions, previews, and values of properties. One service per code system, one for all, each
also as of a day.
"""
