"""The terminology of a build: one record per concept and one hierarchy per code system, read in place.

In: sorted files of the graphs of a build, from which `begrepp.terminology.derivation` writes the folder `terminology`.
Out: concept records, hierarchies as sets of integers, value sets and links, without a query to the store.
"""
