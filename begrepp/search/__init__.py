"""Finding things by their words and codes, as Swedes and clinicians type them.

Read in this order: `keys` (when two words are one), `things` (what can be found), `writing` (the index of a build),
`renewing` (from the one before), `question` (what is asked), `asking` (how the index is asked for it), `ranking` (what
comes first), `index` (the index, open for reading). How good it is: docs/search-quality.md.
"""

from begrepp.search.incremental import renew_index
from begrepp.search.index import Facets, Hit, TextIndex
from begrepp.search.writer import write_index
from begrepp.text.stemming import code_key

__all__ = ["Facets", "Hit", "TextIndex", "code_key", "renew_index", "write_index"]
