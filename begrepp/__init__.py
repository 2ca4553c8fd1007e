"""begrepp: the open semantic knowledge graph of health data concepts."""
