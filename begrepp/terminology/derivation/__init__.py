"""Derivation of the terminology files in a build.

In: the sorted files of the current view and of the editions. Out: the folder `terminology` of the build.
"""
