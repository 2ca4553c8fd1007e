"""Words of queries and labels that carry no content, in Swedish and English."""

from __future__ import annotations

FUNCTION_WORDS = frozenset(
    """
    och i med av på vid för till hos som den det en ett eller mot om från att de är the of in and with for on to a an at
    or from by is are
    """.split()  # noqa: SIM905
)
"""Prepositions, articles and conjunctions."""

QUESTION_WORDS = frozenset(
    """
    vad vilka vilken vilket var vem hur när finns är betyder innebär kallas heter har ha hittar hitta jag man söker sök
    kodar koda mellan skillnad skillnaden innehåller ingår uppgift uppgifter
    what which where who how when is are does do mean means find show has have between difference contains contain i
    """.split()  # noqa: SIM905
)
"""Words of questions, which say nothing of what is asked for."""

CODE_WORDS = frozenset(["kod", "koder", "koden", "kodverk", "klassifikation", "code", "codes"])
"""Words that may follow the name of a code system."""

UNSPECIFIED = frozenset(
    ["ospecificerad", "ospecificerat", "ospecificerade", "uns", "unspecified", "nos", "ej", "angiven", "angivet", "del"]
)
"""Words that add nothing to the rest of a label: C50.9 "… ospecificerad" is what the other words name."""

_DATASET_WORDS = ["register", "registret", "registren", "registers", "datakälla", "datakällor", "dataset"]
_VARIABLE_WORDS = ["variabel", "variabeln", "variabler", "variablerna", "variable", "variables"]
KIND_WORDS = {
    **dict.fromkeys(_DATASET_WORDS, ("dataset", "variable")),
    **dict.fromkeys(_VARIABLE_WORDS, ("variable",)),
}
"""Words for kinds of search documents, with the kinds."""
