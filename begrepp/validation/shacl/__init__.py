"""SHACL engines: the fast engine of this project, and pySHACL as the reference engine.

In: a shapes graph and RDF files. Out: `ShaclResults`, grouped by cause. Entry point: `begrepp.validation.validate`.
Reading order: `shapes`, `engine_choice`, `fast_engine` and `pyshacl_engine`, `results`.
Source: SHACL 1.0, https://www.w3.org/TR/shacl/; section numbers in this package refer to it.
"""
