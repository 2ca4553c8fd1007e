"""Writer of form fields as SHACL shapes in Turtle, with messages in Swedish and English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from begrepp.validation.profiles.rdforms.templates import (
    NAMESPACES,
    TYPE,
    Bundle,
    FormField,
    FormItem,
    expand_name,
    group_items,
)

CLASSES = {
    "dcat:Catalog": "Catalog",
    "dcat:Dataset": "Dataset",
    "dcat:DatasetSeries": "DatasetSeries",
    "dcat:Distribution": "Distribution",
    "dcat:DataService": "DataService",
    "dcat:foaf:Agent": "Agent",
    "dcat:contactPoint": "ContactPoint",
    "dcterms:LicenseDocument": "LicenseDocument",
    "dcterms:Standard": "Standard",
    "foaf:Document": "Document",
}
"""The template of each class, with the local name of its shape."""

_KINDS = {"URI": "sh:IRI", "RESOURCE": "sh:BlankNodeOrIRI"}
_SITE = "https://docs.dataportal.se/dcat/sv/"
_UNTYPED = "[ sh:not [ sh:property [ sh:path rdf:type ; sh:minCount 1 ] ] ]"
_HEAD = """\
# DCAT-AP-SE {version}, made from the profile's own templates (bundle.json; Agency for Digital Government, CC BY 4.0) by
# begrepp/validation/profiles/rdforms. Generated, do not edit. The mapping: docs/decisions/dcat-ap-se.md.
@prefix : <https://w3id.org/begrepp/profiles/dcat-ap-se#> .
"""

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_NEEDLESS = frozenset("/ #&~@%\"'<>=!,;:_`")


def convert_bundle(bundle: Path, version: str) -> str:
    """Convert a bundle to Turtle, deterministically. Raises `InputError` if the file is not a bundle."""
    templates = Bundle(bundle)
    prefixes = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in sorted(NAMESPACES.items()))
    return _HEAD.format(version=version) + prefixes + "".join(_shape(templates, id_) for id_ in CLASSES)


def _shape(bundle: Bundle, id_: str) -> str:
    """Return a node shape for a class, and one for each conditionally mandatory field."""
    template, name = bundle.template(id_), CLASSES[id_]
    constraints = {expand_name(key): value for key, value in template["constraints"].items()}
    types = constraints[TYPE] if isinstance(constraints[TYPE], list) else [constraints[TYPE]]
    targets = ", ".join(_prefixed_name(expand_name(each)) for each in types)
    fields = bundle.fields(id_)
    head = (
        f"\n:{name} a sh:NodeShape ;\n  rdfs:label {_literals(template['label'])} ;\n"
        f"  rdfs:seeAlso <{_SITE}#{id_.replace('dcat:foaf:', 'foaf:').replace(':', '_')}> ;\n  sh:targetClass {targets}"
    )
    properties = [part for order, field in enumerate(fields, 1) for part in _property(field, order, "    ")]
    conditional = "".join(_conditional(name, targets, field) for field in fields if field.condition)
    return f"{head} ;\n  sh:property\n" + ",\n".join(properties) + " .\n" + conditional


def _property(field: FormField, order: int, indent: str) -> Iterator[str]:
    """Return the property shapes of a field: mandatory, recommended, maximum count, and value rules."""
    sv, en = _labels(field.label)
    first = field.alternatives[0]
    described = f" ; sh:description {_literals(first.description)}" if first.description else ""
    head = f"{indent}[ sh:path {_prefixed_name(field.path)} ; sh:order {order} ; sh:name {_literals(field.label)}"
    if field.minimum and not field.condition:
        message = _message(f"{sv} saknas; det är obligatoriskt.", f"{en} is missing; it is mandatory.")
        yield f"{head}{described} ;\n{indent}  sh:minCount {field.minimum} ; {message} ]"
    elif field.preferred and not field.condition:
        message = _message(f"{sv} saknas; det är rekommenderat.", f"{en} is missing; it is recommended.")
        yield f"{head}{described} ;\n{indent}  sh:minCount 1 ; sh:severity sh:Warning ; {message} ]"
    if all(item.deprecated for item in field.alternatives):
        message = _message(f"{sv}: egenskapen har utgått.", f"{en}: the property is deprecated.")
        yield f"{head}{described} ;\n{indent}  sh:maxCount 0 ; sh:severity sh:Warning ; {message} ]"
        return
    if field.maximum is not None:
        message = _message(f"{sv}: högst {field.maximum} tillåts.", f"{en}: at most {field.maximum} allowed.")
        yield f"{head} ;\n{indent}  sh:maxCount {field.maximum} ; {message} ]"
    for rule in _value_rules(field):
        yield f"{head} ;\n{indent}  {rule} ]"
    nested = [item for alternative in field.alternatives for item in alternative.items]
    if len(field.alternatives) > 1:  # a minimum of one alternative does not apply to the others
        nested = [replace(item, minimum=0, preferred=0) for item in nested]
    if nested:
        inner = [part for n, each in enumerate(group_items(nested), 1) for part in _property(each, n, indent + "    ")]
        yield f"{head} ;\n{indent}  sh:property\n" + ",\n".join(inner) + " ]"


def _conditional(shape: str, targets: str, field: FormField) -> str:
    """Return the shape of a field that is mandatory if another field has a certain value."""
    assert field.condition is not None
    depends, value = field.condition
    sv, en = _labels(field.label)
    message = _message(
        f"{sv} saknas; det är obligatoriskt för det som omfattas av {value}.",
        f"{en} is missing; it is mandatory for what is covered by {value}.",
    )
    return (
        f"\n:{shape}-{_local_name(field.path)} a sh:NodeShape ;\n  rdfs:label {_literals(field.label)} ;\n"
        f"  sh:targetClass {targets} ;\n  {message} ;\n"
        f"  sh:or ( [ sh:not [ sh:property [ sh:path {_prefixed_name(depends)} ; sh:hasValue <{value}> ] ] ]\n"
        f"    [ sh:property [ sh:path {_prefixed_name(field.path)} ; sh:minCount {field.minimum} ] ] ) .\n"
    )


def _value_rules(field: FormField) -> Iterator[str]:
    """Return the rules for each value: one of the alternatives; warnings for deprecated values."""
    sv, en = _labels(field.label)
    used = [item for item in field.alternatives if not item.deprecated]
    rules = [_rule(item) for item in field.alternatives]
    what_sv = " eller ".join(dict.fromkeys(_describe_kind(item, "sv") for item in used))
    what_en = " or ".join(dict.fromkeys(_describe_kind(item, "en") for item in used))
    message = _message(f"{sv}: värdet ska vara {what_sv}.", f"{en}: the value must be {what_en}.")
    if all(rules):
        constraint = rules[0] if len(rules) == 1 else "sh:or ( " + " ".join(f"[ {rule} ]" for rule in rules) + " )"
        yield f"{constraint} ; {message}"
    if any(item.kind == "LANGUAGE_LITERAL" for item in used):
        message = _message(f"{sv}: texten bör ha språkkod.", f"{en}: the text should have a language tag.")
        yield f"sh:datatype rdf:langString ; sh:severity sh:Warning ; {message}"
        message = _message(f"{sv}: mer än en text på samma språk.", f"{en}: more than one text in one language.")
        if _local_name(field.path) in ("title", "description"):
            yield f"sh:uniqueLang true ; {message}"
    for item in field.alternatives:
        if item.deprecated and item.choices:
            message = _message(f"{sv}: värdet har utgått.", f"{en}: the value is deprecated.")
            yield f"sh:not [ {_choices(item)} ] ; sh:severity sh:Warning ; {message}"


def _rule(item: FormItem) -> str:
    """Return the constraints of a form item on a value, joined by `;`."""
    if item.kind in _KINDS:
        rules = [f"sh:nodeKind {_KINDS[item.kind]}"]
        if item.choices:
            rules.append(_choices(item))
        if item.pattern and not item.value_prefix:
            rules.append(f"sh:pattern {Literal(_anchor(item.pattern))}")
        elif item.value_prefix:
            rules.append(f"sh:pattern {Literal('^' + _escape(item.value_prefix))}")
        if item.types and not item.automatic and not item.choices:
            kinds = " ".join(f"[ sh:class {_prefixed_name(each)} ]" for each in item.types)
            untyped = "" if item.kind == "RESOURCE" and not item.items else f" {_UNTYPED}"
            rules.append(f"sh:or ( {kinds}{untyped} )")
        return " ; ".join(rules)
    if item.datatypes:
        kinds = " ".join(f"[ sh:datatype {_prefixed_name(each)} ]" for each in item.datatypes)
        rules = [
            f"sh:datatype {_prefixed_name(item.datatypes[0])}" if len(item.datatypes) == 1 else f"sh:or ( {kinds} )"
        ]
    else:
        rules = ["sh:nodeKind sh:Literal"]
    if item.choices:
        values = "|".join(_escape(choice) for choice in item.choices)
        rules.append(f"sh:pattern {Literal(f'^({values})$')}")
    elif item.pattern and not item.datatypes:  # the lexical space of a datatype is narrower than its pattern
        rules.append(f"sh:pattern {Literal(_anchor(item.pattern))}")
    return " ; ".join(rules)


def _choices(item: FormItem) -> str:
    """Return the allowed values; an automatic list is a selection, so any IRI with the same base is allowed."""
    if item.automatic:
        shared = item.choices[0].rpartition("/")[0] + "/"
        return f"sh:pattern {Literal('^' + _escape(shared))}"
    return "sh:in ( " + " ".join(_prefixed_name(choice) for choice in item.choices) + " )"


def _describe_kind(item: FormItem, language: str) -> str:
    sv = language == "sv"
    if item.choices:
        return "ett ur listan" if sv else "one of the list"
    if item.datatypes:
        return ("av typen " if sv else "of the type ") + ", ".join(_local_name(each) for each in item.datatypes)
    if item.kind in _KINDS:
        types = ", ".join(_local_name(each) for each in item.types)
        if item.pattern or item.value_prefix:
            shape = item.value_prefix or item.pattern
            return f"en adress på formen {shape}" if sv else f"an address of the form {shape}"
        if types and not item.automatic:
            return f"något av slaget {types}" if sv else f"a thing of the kind {types}"
        return "en adress" if sv else "an address"
    form = f" på formen {item.pattern}" if sv else f" of the form {item.pattern}"
    return ("en text" if sv else "a text") + (form if item.pattern else "")


def _anchor(pattern: str) -> str:
    """Anchor a pattern at both ends, as a form matches it."""
    own = _without_needless_escapes(pattern.removeprefix("^").removesuffix("$"))
    return f"^({own})$"


def _escape(text: str) -> str:
    """Return the pattern that matches a text."""
    return _without_needless_escapes(re.escape(text))


def _without_needless_escapes(pattern: str) -> str:
    """Return the pattern without a backslash before characters such as `/`, which XPath does not escape."""
    return _ESCAPE.sub(lambda match: match[1] if match[1] in _NEEDLESS else match[0], pattern)


def _labels(label: Mapping[str, str]) -> tuple[str, str]:
    sv, en = label.get("sv") or label.get("en", ""), label.get("en") or label.get("sv", "")
    return sv, en


def _message(sv: str, en: str) -> str:
    return f"sh:message {Literal(sv, language='sv')}, {Literal(en, language='en')}"


def _literals(texts: Mapping[str, str]) -> str:
    return ", ".join(
        str(Literal(texts[language], language=language)) for language in ("sv", "en") if texts.get(language)
    )


def _local_name(name: str) -> str:
    return re.split(r"[#/]", name)[-1]


def _prefixed_name(name: str) -> str:
    """Return an IRI as a prefixed name if a prefix matches."""
    for prefix, namespace in NAMESPACES.items():
        if name.startswith(namespace) and re.fullmatch(r"[A-Za-z][\w-]*", name[len(namespace) :]):
            return f"{prefix}:{name[len(namespace) :]}"
    return str(NamedNode(name))
