"""Full-text search over concepts, code systems, datasets and variables (a Tantivy index).

The current view as sorted N-Triples goes in; an index on disk and ranked hits come out.

Writing: `documents` parses resources, `schema` converts them, `writer` writes a new index, `incremental` updates the
index of an earlier build from its `index_state`. Searching: `query_parser` and `synonyms` parse a query,
`query_builder` builds the Tantivy query, `ranking` scores the hits, `index` combines these, `sparql_service`
implements SERVICE begrepp:search of SPARQL. The measured quality is in docs/search-quality.md.
"""

from begrepp.search.hits import Hit
from begrepp.search.incremental import update_index
from begrepp.search.index import Facets, TextIndex
from begrepp.search.writer import write_index
from begrepp.text.stemming import code_key

__all__ = ["Facets", "Hit", "TextIndex", "code_key", "update_index", "write_index"]
