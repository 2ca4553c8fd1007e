"""SPARQL constraints (SHACL 1.0, section 5), evaluated over the columns of the data graph or in a store.

In: the query of a constraint, the data graph and the focus nodes. Out: the solutions as `ColumnResults`.
"""
