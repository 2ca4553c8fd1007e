"""The data graph in columns of integer term ids.

In: RDF files and the vocabulary of the shapes. Out: a `DataGraph` with one `IdColumn` per predicate and a
`TermTable` from id to term.
"""
