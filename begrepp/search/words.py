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
    vad vilka vilken vilket var vem hur när varför finns finnas är varit betyder innebär kallas heter skrivs stavas
    har ha hade får få fick kan kunna ska skall vill veta går göra gör blir bli hittar hitta söker sök visa ge
    jag du han hon vi ni de dem mig dig min mitt mina din ditt dina sin sitt sina sig något någon några alla allt där
    här då nu också bara inte om eller personer information uppgift uppgifter
    kodar koda kodas registreras registrerar mellan skillnad skillnaden innehåller ingår gäller
    what which where who how when why is are was were does do did mean means find show give has have had get can could
    would should i me my you your we our they there about any all some between difference contains contain
    information
    """.split()  # noqa: SIM905
)
"""Words of questions, which say nothing of what is asked for."""

_CODED = ["", "diagnos", "åtgärds", "operations", "läkemedels"]
CODE_WORDS = frozenset(
    [
        *(what + form for what in _CODED for form in ("kod", "koden", "koder", "koderna")),
        *["kodverk", "klassifikation", "code", "codes"],
    ]
)
"""Words that may follow the name of a code system."""

SILENT_WORDS = FUNCTION_WORDS | QUESTION_WORDS | CODE_WORDS
"""Words that say nothing of what is searched for."""

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
