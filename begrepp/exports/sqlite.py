"""SQLite export: one table of statements, and views of concepts, terms, hierarchy and mappings.

The table `about` contains licence, citation and build. The file has no timestamps: the same build gives the same bytes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from pyoxigraph import Literal, Triple

from begrepp.rdf.namespaces import compact

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE statement (subject TEXT NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL, language TEXT,
  is_iri INTEGER NOT NULL);
"""
_VIEWS = """
CREATE INDEX by_subject ON statement (subject, property);
CREATE INDEX by_value ON statement (property, value);
CREATE VIEW concept AS SELECT subject AS iri,
  (SELECT value FROM statement s WHERE s.subject = c.subject AND property = 'skos:inScheme') AS scheme,
  (SELECT value FROM statement s WHERE s.subject = c.subject AND property = 'skos:notation') AS notation,
  (SELECT value FROM statement s WHERE s.subject = c.subject AND property = 'begrepp:status') AS status
  FROM statement c WHERE property = 'rdf:type' AND value = 'http://www.w3.org/2004/02/skos/core#Concept';
CREATE VIEW term AS SELECT subject AS concept, property, language, value AS term FROM statement
  WHERE property IN ('skos:prefLabel', 'skos:altLabel', 'skos:hiddenLabel');
CREATE VIEW broader AS SELECT subject AS concept, value AS broader FROM statement WHERE property = 'skos:broader';
CREATE VIEW mapping AS SELECT subject AS concept, property, value AS other FROM statement
  WHERE property IN ('skos:exactMatch', 'skos:closeMatch', 'skos:broadMatch', 'skos:narrowMatch', 'skos:relatedMatch');
CREATE VIEW licence AS SELECT subject AS release, value AS licence FROM statement WHERE property = 'dct:license';
"""


def write_database(path: Path, triples: Iterable[Triple], about: Mapping[str, str]) -> None:
    """Write triples to a new SQLite file, in order, with prefixed names of properties."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript(_TABLES)
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO about VALUES (?, ?)", about.items())
        connection.executemany("INSERT INTO statement VALUES (?, ?, ?, ?, ?)", map(_row, triples))
        connection.execute("COMMIT")
        connection.executescript(_VIEWS)
    finally:
        connection.close()


def _row(triple: Triple) -> tuple[str, str, str, str | None, bool]:
    value = triple.object
    language = value.language if isinstance(value, Literal) else None
    text = str(getattr(value, "value", ""))
    return (
        str(getattr(triple.subject, "value", "")),
        compact(triple.predicate.value),
        text,
        language,
        not isinstance(value, Literal),
    )
