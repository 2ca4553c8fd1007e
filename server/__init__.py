"""The web server: pages, SPARQL endpoint, APIs and concept URIs, all read from one build."""
