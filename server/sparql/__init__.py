"""The SPARQL protocol: endpoint, results, federation, query advice and descriptions of the endpoint in RDF.

In: HTTP requests with a query. Out: results in the negotiated format, pages, or a service description.
"""
