"""Words of queries and labels that carry no content, in Swedish and English."""

from __future__ import annotations

from collections.abc import Iterator

from begrepp.text.stemming import lowercase_words
from begrepp.text.swedish import fold

_MIN_PLAIN = 4


def _words(text: str) -> Iterator[str]:
    """Yield the words of a text, those of at least four letters also without å, ä and ö, as many type: *lakemedel*."""
    for word in text.split():
        yield word
        if len(word) >= _MIN_PLAIN and (plain := fold(word)) != word:
            yield plain


FUNCTION_WORDS = frozenset(
    """
    och i med av på vid för till hos som den det en ett eller mot om från att de är the of in and with for on to a an at
    or from by is are
    """.split()  # noqa: SIM905
)
"""Prepositions, articles and conjunctions."""


def content_words(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case, without prepositions, articles and conjunctions."""
    return tuple(word for word in lowercase_words(text) if word not in FUNCTION_WORDS)


QUESTION_WORDS = frozenset(
    _words("""
    vad vilka vilken vilket var vart varifrån vem vems hur hurdan hurdant när varför huruvida
    finns finnas är varit betyder innebär kallas heter skrivs stavas
    har ha hade får få fick kan kunna ska skall vill veta går göra gör blir bli hittar hitta söker sök visa ge
    jag du han hon man vi ni de dem mig dig honom henne min mitt mina din ditt dina sin sitt sina sig hans hennes deras
    vår vårt våra denna detta dessa något någon några alla allt där
    här då nu också bara inte om eller personer information uppgift uppgifter
    kodar koda kodas ges ger gavs kallar rem remiss ang angående pat patient patienten pga obs
    registreras registrerar mellan skillnad skillnaden innehåller ingår gäller
    what which where who how when why is are was were does do did mean means find show give has have had get can could
    would should i me my you your we our they there about any all some between difference contains contain
    information
    """)
)
"""Words of questions, which say nothing of what is asked for."""


def _code_words(*subjects: str) -> list[str]:
    return [subject + form for subject in subjects for form in ("kod", "koden", "koder", "koderna", "kodning")]


_PROCEDURE_CODES = _code_words("åtgärds", "atgards", "operations")
_MEDICINE_CODES = _code_words("läkemedels", "lakemedels")
_DISEASE_CODES = _code_words("diagnos")
_PLAIN_CODES = [*_code_words(""), "kodverk", "klassifikation", "code", "codes"]
CODE_WORDS = frozenset([*_PLAIN_CODES, *_PROCEDURE_CODES, *_MEDICINE_CODES, *_DISEASE_CODES])
"""Words that may follow the name of a code system."""

SILENT_WORDS = FUNCTION_WORDS | QUESTION_WORDS | frozenset(_PLAIN_CODES)
"""Words that say nothing of what is searched for."""

ORDINARY_WORDS = frozenset(
    _words("""
    ibland ofta alltid aldrig länge hela dagar dag dagen veckor vecka månader år åren timmar timme natt natten nätterna
    morgon morgonen morgnarna kväll kvällen kvällarna sommar vinter idag igår nyligen plötsligt snabbt sakta igen
    tillbaka sedan efteråt innan efter före under vid utan utanför inuti runt
    mycket väldigt lite mer mest mindre flera många helt nästan ganska extremt kraftigt rejält tydligt riktigt
    konstig konstigt konstiga dålig dåligt dåliga bra värre bättre ny nya nytt stor stort stora liten litet små gammal
    gamla äldre ung unga
    känns känner kände tror tycker verkar märker börjat börjar slutat slutar fortsätter kommer kom tar tog ta sätter
    sitter står ligger går gick äter åt dricker använder använd används behöver behövs bör brukar gäller händer hände
    ramlade ramlat ramla föll fallit slår slog slagit blivit varit haft tagit fått gjort
    mamma pappa man fru make son dotter bebis barn barnet barnen vuxen vuxna bebisen kvinna kvinnan mannen folk
    människor människa hemma jobbet skolan läkare läkaren doktorn vårdcentral sjukhus
    often always never sometimes usually long days day weeks week months years hours night morning evening suddenly
    quickly again after before during without very much more most less really quite almost new old big small little
    good bad worse better feel feels feeling think seems started starts stopped keeps comes came take takes taking took
    use used using need needs happens happened fell people person man woman child's doctor hospital home called
    """)
)
"""Words of circumstances: a label that has them too is better, but one without them is as much what is meant."""

UNSPECIFIED = frozenset(
    ["ospecificerad", "ospecificerat", "ospecificerade", "uns", "unspecified", "nos", "ej", "angiven", "angivet", "del"]
)
"""Words that add nothing to the rest of a label: C50.9 "… ospecificerad" is what the other words name."""

_DATASET_WORDS = [
    *("register", "registret", "registren", "registers", "registry", "registries"),
    *("datakälla", "datakällor", "dataset"),
]
_VARIABLE_WORDS = ["variabel", "variabeln", "variabler", "variablerna", "variable", "variables"]
KIND_WORDS = {
    **dict.fromkeys(_DATASET_WORDS, ("dataset", "variable")),
    **dict.fromkeys(_VARIABLE_WORDS, ("variable",)),
}
"""Words for kinds of search documents, with the kinds."""

_NUMERALS = [
    [str(number), *words.split()]
    for number, words in enumerate(
        ["i ett en one", "ii två two", "iii tre three", "iv fyra four", "v fem five", "vi sex six"], start=1
    )
]


def other_numerals(word: str) -> list[str]:
    """Return the other ways to write a small number: *typ 2*, *typ II* and *typ två*; not of *en* and *i*."""
    return _OTHER_NUMERALS.get(word, [])


_OTHER_NUMERALS = {
    word: [other for other in group if other != word]
    for group in _NUMERALS
    for word in group
    if word not in FUNCTION_WORDS | QUESTION_WORDS
}


MEDICINE_WORDS = [
    *_words("""läkemedel läkemedlet läkemedlen medicin mediciner medicinen medel preparat tablett tabletter piller salva
    droppar spruta sprutan sprutor kräm spray plåster tablets pills meds drug drugs medicine medicines medication
    medications""")
]
TREATMENT_WORDS = frozenset(
    _words("""tar ta tas ges ge få får hjälper hjälpa hjälp använder använda används användas sätter sätta in ut skriver
    behandlas behandling behandla behandlar bra effektivt skydd ordinerar ordineras man""")
)
"""Words before *mot* that ask for what is given for a disease: *vad tar man mot magsår*."""
_PROCEDURES = """operation operationen operationer kirurgi ingrepp åtgärd åtgärder operera opereras opererar opererad
    opererades opererat op surgery procedure procedures"""
_DISEASES = "sjukdom sjukdomar sjukdomen diagnos diagnosen diagnoser disease diseases diagnosis diagnoses"
_GENES = "gen gener genen generna gene genes"
_FEATURES = "fenotyp fenotyper phenotype phenotypes"
SUBJECTS = {
    word: systems
    for words, systems in [
        ((*MEDICINE_WORDS, *_MEDICINE_CODES), ("atc",)),
        ((*_words(_PROCEDURES), *_PROCEDURE_CODES), ("kka", "kma")),
        ((*_words(_DISEASES), *_DISEASE_CODES), ("icd-10-se", "icd-10", "ksh97-p", "mondo")),
        (_words(_GENES), ("hgnc",)),
        (_words(_FEATURES), ("hpo",)),
    ]
    for word in words
}
"""Words for what a code system is about, with the ids of such systems: *medel mot migrän* is sought in ATC."""
