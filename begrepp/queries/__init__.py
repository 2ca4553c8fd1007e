"""The SPARQL queries in `queries/`: read from files, bound to parameters, evaluated; the cookbook and the query doctor.

Query files and parameter values go in; SPARQL text, query results and advice come out.
"""
