"""What can be said about a SPARQL query before it is asked: its words, what it would do, and what it needs."""
