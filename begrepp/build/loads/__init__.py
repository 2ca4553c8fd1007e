"""Loads of editions: publishers' files become validated, sorted N-Triples files, one for each named graph.

Takes the edition jobs; returns load reports and their parts, from the part cache where nothing has changed.
"""
