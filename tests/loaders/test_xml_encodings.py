"""XML in another encoding than UTF-8: read if it is declared, otherwise refused with the row and the encoding."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.errors import InputError
from tests.loaders.test_language_tags import CLAML, DATASET, DDI, ODM, SCHEME
from tests.loaders.test_legal_forms import load

RDF_XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:skos="http://www.w3.org/2004/02/skos/core#"><skos:ConceptScheme rdf:about="urn:s"><skos:prefLabel>Antal'
    '</skos:prefLabel></skos:ConceptScheme><skos:Concept rdf:about="urn:a"><skos:inScheme rdf:resource="urn:s"/>'
    "<skos:prefLabel>ett</skos:prefLabel></skos:Concept></rdf:RDF>"
)
FORMATS = [
    ("claml", "c.xml", CLAML.replace("ett", "Ålder"), SCHEME),
    ("odm", "o.xml", ODM.replace("Antal", "Ålder"), ""),
    ("ddi", "d.xml", DDI.replace("Antal", "Ålder"), DATASET),
    ("skos", "v.rdf", RDF_XML.replace("Antal", "Ålder"), ""),
]


@pytest.mark.parametrize(("loader", "name", "content", "more"), FORMATS)
def test_letters_that_are_not_utf_8_are_told_with_the_row_unless_the_encoding_is_declared(
    tmp_path: Path, loader: str, name: str, content: str, more: str
) -> None:
    text = content.replace("TAG", "sv")
    for declaration in ("", '<?xml version="1.0" encoding="UTF-8"?>\n'):
        document = f"{declaration}\n{text}".strip().encode("latin-1")
        with pytest.raises(InputError, match=r"0xC5 is not UTF-8; the file looks like windows-1252") as raised:
            load(tmp_path / (declaration and "declared"), loader, {name: document}, more)
        assert (raised.value.origin.file, raised.value.origin.row > 0) == (name, True)
    for encoding in ("ISO-8859-1", "windows-1252", "UTF-16"):
        document = f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(encoding)
        assert "Ålder" in repr(load(tmp_path / encoding, loader, {name: document}, more))


def test_xml_that_is_broken_otherwise_is_told_as_before(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not well-formed"):
        load(tmp_path, "claml", {"c.xml": CLAML.replace("<Class ", "<Class <")}, SCHEME)
