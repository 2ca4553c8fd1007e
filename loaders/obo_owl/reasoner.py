"""Classification of an ontology with the reasoner HermiT, through the library owlready2.

owlready2 is compiled when it is installed, which takes longer than installing everything else, and needs Java to
reason. It is therefore the extra `reasoner`.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from begrepp.errors import InputError
from begrepp.records import EditionFiles

_JAVA_MISSING = ("Java is not here", "Install a Java runtime, or leave [owl] reason out.")


def inferred_superclasses(path: Path, edition: EditionFiles) -> dict[str, set[str]]:
    """Return the named superclasses of each class, stated and inferred. Raises `InputError`."""
    try:
        import owlready2  # noqa: PLC0415 (the extra `reasoner`)
    except ModuleNotFoundError:
        reason = "it is to be classified, but the library owlready2 is not installed."
        raise InputError(path, reason, "Run `pip install owlready2`, or leave [owl] reason out.") from None
    world = owlready2.World()
    folders = list(owlready2.onto_path)
    owlready2.onto_path[:] = [str(folder) for folder in {each.parent for each in edition.files}]
    try:
        # With `only_local` owlready2 searches imports in `onto_path` only.
        world.get_ontology(path.resolve().as_uri()).load(only_local=True)
        if not shutil.which("java"):
            raise InputError(path, f"it is to be classified, but {_JAVA_MISSING[0]}.", _JAVA_MISSING[1])
        owlready2.sync_reasoner_hermit(world, debug=0)
        if inconsistent := list(world.inconsistent_classes()):
            raise InputError(
                path,
                f"{inconsistent[0].iri} is inconsistent.",
                "Report it to the publisher; load it without reasoning.",
            )
        return {cls.iri: _superclasses(cls, owlready2) for cls in world.classes()}
    except InputError:
        raise
    except Exception as error:
        # owlready2 passes on parser exceptions: OwlReadyOntologyParsingError, ExpatError, ValueError …
        raise InputError(
            path,
            f"the OWL cannot be read by the reasoner ({' '.join(str(error).split())}).",
            "Load it without [owl] reason, or convert it to RDF/XML.",
        ) from None
    finally:
        owlready2.onto_path[:] = folders
        world.close()


def _superclasses(cls: Any, owlready2: Any) -> set[str]:
    return {each.iri for each in cls.is_a if isinstance(each, owlready2.ThingClass) and each is not owlready2.Thing}
