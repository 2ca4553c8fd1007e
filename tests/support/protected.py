"""A protected release for tests: the word in `CANARY` stands in every text that a loader can give.

p1 ─ p1.1 ─ p1.2 (retired, replaced by p1.1)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from begrepp.errors import InputError, Origin
from begrepp.records import (
    Agent,
    Concept,
    Coverage,
    Edition,
    EditionFiles,
    Level,
    Mapping,
    MappingSet,
    Note,
    NoteKind,
    RdfTerm,
    Record,
    Redistribution,
    Scheme,
    Skipped,
    Statement,
    Status,
    Term,
    TermStatus,
    Text,
)

CANARY = "kanariefågel"
IN_COPYRIGHT = "http://rightsstatements.org/vocab/InC/1.0/"
OWNER = Agent(id="agaren", names=(Text("Ägaren", "sv"),), type="http://purl.org/adms/publishertype/NationalAuthority")
HERE = Origin("secret.csv", 1)


def words(of: str, lang: str = "sv") -> tuple[Text, ...]:
    """A text that must not get out."""
    return (Text(f"{CANARY} {of}", lang),)


def concept(notation: str, **more: object) -> Concept:
    """A concept with the word in every text it has."""
    return Concept(
        scheme="skyddad",
        notation=notation,
        origin=HERE,
        pref_labels=(*words(f"benämning {notation}"), *words(f"label {notation}", "en")),
        alt_labels=words(f"alternativ {notation}"),
        hidden_labels=words(f"dold {notation}"),
        definitions=words("definition"),
        notes=tuple(Note(kind, words(kind)[0]) for kind in NoteKind),
        terms=(Term(text=words(f"term {notation}")[0], status=TermStatus.ADMITTED, source=f"{CANARY} källa"),),
        domain=words("fackområde"),
        sources=(f"{CANARY} källa",),
        level="niva",
        **more,  # type: ignore[arg-type]
    )


def load(edition: EditionFiles) -> Iterator[Record]:
    """The records of a release that may not be passed on."""
    yield Scheme(
        id="skyddad",
        titles=(Text("Skyddat kodverk", "sv"), Text("Protected code system", "en")),
        descriptions=words("beskrivning"),
        hierarchical=True,
    )
    yield Edition(
        scheme="skyddad",
        version=edition.version,
        valid_from=date(int(edition.version), 1, 1),
        publisher=OWNER,
        licence=IN_COPYRIGHT,
        redistribution=Redistribution.NOT_ALLOWED,
        coverage=Coverage.COMPLETE,
    )
    yield Level(scheme="skyddad", depth=1, id="niva", titles=words("nivå"))
    yield concept("p1")
    yield concept("p1.1", broader=("p1",))
    if edition.version == "2021":
        yield concept("p1.2", broader=("p1.1",))
    else:
        yield concept(
            "p1.2",
            broader=("p1.1",),
            status=Status.INACTIVE,
            valid_from=date(2000, 1, 1),
            valid_to=date(2021, 12, 31),
            replaced_by=("p1.1",),
        )
    yield Statement(
        scheme="skyddad",
        origin=HERE,
        subject="https://w3id.org/begrepp/id/cs/skyddad/p1",
        predicate="http://example.org/remark",
        object=RdfTerm(f"{CANARY} påstående", "literal", lang="sv"),
    )
    yield Skipped(origin=HERE, reason=f"{CANARY} hoppades över")


def load_mappings(edition: EditionFiles) -> Iterator[Record]:
    """Mappings that may not be passed on."""
    yield MappingSet(
        id="skyddade",
        version=edition.version,
        titles=(Text("Skyddade mappningar", "sv"),),
        licence=IN_COPYRIGHT,
        publisher=OWNER,
        valid_from=date(2022, 1, 1),
        redistribution=Redistribution.NOT_ALLOWED,
    )
    yield Mapping(
        mapping_set="skyddade",
        origin=HERE,
        subject="https://w3id.org/begrepp/id/cs/skyddad/p1",
        predicate="http://www.w3.org/2004/02/skos/core#closeMatch",
        object="https://w3id.org/begrepp/id/cs/icd-10-se/A00",
        justification="https://w3id.org/semapv/vocab/ManualMappingCuration",
        authors=(f"{CANARY} upphov",),
        comment=Text(f"{CANARY} kommentar", "sv"),
        confidence=0.5,
    )


def load_badly(edition: EditionFiles) -> Iterator[Record]:
    """A file that is refused with a message that quotes it."""
    yield Scheme(id="trasig", titles=(Text("Trasigt kodverk", "sv"),))
    raise InputError(HERE, f"the cell '{CANARY}' is no code.", "Correct it.")
