"""Authors of a mapping, its creators, and those of the set are three things in SSSOM, and in the graph.

https://mapping-commons.github.io/sssom/author_id/ and creator_id: neither is propagated from a set to its mappings.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError
from begrepp.graph.triple_writer import TripleWriter
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand
from begrepp.records import Mapping, MappingSet
from tests.loaders.test_unread_sssom_slots import DECLARATION, HEAD
from tests.support.bad_files import edition

ORCID = "https://orcid.org/"
SET = f"""#creator_id:
#  - o:1
#  - {ORCID}2
#creator_label:
#  - Mängdens skapare
#mapping_provider: https://example.org/källa
"""


def read(folder: Path, columns: dict[str, str], more: str = SET) -> tuple[MappingSet, Mapping]:
    """The set and the only mapping of a file."""
    cells = {"subject_id": "a:1", "predicate_id": "skos:exactMatch", "object_id": "a:2"}
    cells |= {"mapping_justification": "semapv:LexicalMatching"} | columns
    table = "\t".join(cells) + "\n" + "\t".join(cells.values()) + "\n"
    head = HEAD.format(more=more) + f"#  o: {ORCID}\n"
    files: dict[str, bytes | str] = {"m.sssom.tsv": head + table, "source.toml": DECLARATION}
    records = [*check_records(loaders.read_records(edition(folder, "prov", files)))]
    sets = [record for record in records if isinstance(record, MappingSet)]
    return sets[0], next(record for record in records if isinstance(record, Mapping))


def test_creators_of_a_set_are_not_authors_of_its_mappings(tmp_path: Path) -> None:
    mapping_set, mapping = read(tmp_path, {})
    assert mapping_set.creator_iris == (f"{ORCID}1", f"{ORCID}2") and mapping_set.creators == ("Mängdens skapare",)
    assert (mapping.authors, mapping.author_iris, mapping.creators, mapping.creator_iris) == ((), (), (), ())
    assert mapping.provider == "https://example.org/källa"  # this slot is propagated


def test_a_row_has_authors_and_creators_of_its_own(tmp_path: Path) -> None:
    columns = {"author_id": "o:3", "author_label": "Anna|Bo", "creator_id": "o:4|o:5", "creator_label": "Cilla"}
    mapping_set, mapping = read(tmp_path, columns)
    assert (mapping.authors, mapping.author_iris) == (("Anna", "Bo"), (f"{ORCID}3",))
    assert (mapping.creators, mapping.creator_iris) == (("Cilla",), (f"{ORCID}4", f"{ORCID}5"))
    assert mapping_set.creators == ("Mängdens skapare",)
    writer = TripleWriter(Iris())
    triples = [triple for record in (mapping_set, mapping) for triple in writer.triples(record)]
    stated = {name: sorted(o for _, p, o in triples if p == f"<{expand(name)}>") for name in NAMES}
    assert stated["pav:authoredBy"] == [f"<{ORCID}3>"]
    assert stated["dct:creator"] == [f"<{ORCID}{number}>" for number in (1, 2, 4, 5)]
    assert stated["sssom:author_label"] == ['"Anna"', '"Bo"']
    assert stated["sssom:creator_label"] == ['"Cilla"', '"Mängdens skapare"']


NAMES = ("pav:authoredBy", "dct:creator", "sssom:author_label", "sssom:creator_label")


def test_a_creator_with_an_undeclared_prefix_is_an_error_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 3: the prefix 'x' of 'x:1' in metadata key 'creator_id' is not declared"):
        read(tmp_path, {}, "#creator_id:\n#  - x:1\n")
