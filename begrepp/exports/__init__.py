"""Exports of a build: takes its graphs, writes N-Quads, Turtle, JSON-LD, CSV, SQLite and DCAT feeds, uploads them."""
