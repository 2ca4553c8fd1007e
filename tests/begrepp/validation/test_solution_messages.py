"""A query's `?message` is the message of its result (SHACL 5.3.2); a call of what is no function is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.errors import InputError
from begrepp.validation.validate import validate

PREFIXES = """@prefix ex: <http://ex.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DATA = 'ex:a a ex:T ; ex:q 1 ; ex:text "nej"@sv . ex:b a ex:T ; ex:q 2 .'


def messages(folder: Path, body: str) -> list[tuple[str, str, str]]:
    """Focus node, language and text of each message of a report."""
    data, shapes = folder / "data.ttl", folder / "shapes.ttl"
    data.write_text(PREFIXES + DATA, encoding="utf-8")
    shapes.write_text(PREFIXES + body, encoding="utf-8")
    return [
        (result.focus.rpartition("/")[2], language, text)
        for result in validate([data], [shapes]).results
        for language, text in sorted(result.messages.items())
    ]


def sparql(select: str, more: str = "") -> str:
    """A shape with a SPARQL constraint."""
    return f'ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:sparql [ {more} sh:select """{select}""" ] .'


Q = "$this <http://ex.org/q> ?value"


@pytest.mark.parametrize("more", ["", 'sh:message "{?value} is wrong"@en ;'])
@pytest.mark.parametrize("where", [Q, f"{{ SELECT $this ?value {{ {Q} }} }}"])
def test_the_message_of_a_solution_comes_first(tmp_path: Path, more: str, where: str) -> None:
    select = f"SELECT $this ?value ?message {{ {where} BIND(CONCAT('msg ', STR(?value)) AS ?message) }}"
    assert messages(tmp_path, sparql(select, more)) == [("a", "", "msg 1"), ("b", "", "msg 2")]


def test_a_message_has_its_language_and_an_unbound_one_leaves_those_of_the_shape(tmp_path: Path) -> None:
    select = f"SELECT $this ?value ?message {{ {Q} OPTIONAL {{ $this <http://ex.org/text> ?message }} }}"
    body = sparql(select, 'sh:message "{?value} is wrong"@en, "{?value} är fel"@sv ;')
    assert messages(tmp_path, body) == [("a", "sv", "nej"), ("b", "en", "2 is wrong"), ("b", "sv", "2 är fel")]


def test_a_number_is_a_message_and_an_iri_is_none(tmp_path: Path) -> None:
    assert messages(tmp_path, sparql(f"SELECT $this ?message {{ {Q.replace('?value', '?message')} }}")) == [
        ("a", "", "1"),
        ("b", "", "2"),
    ]
    said = messages(tmp_path, sparql(f"SELECT $this ?message {{ {Q} BIND($this AS ?message) }}"))
    assert ("a", "en", "The value does not meet the condition.") in said and not [each for each in said if not each[1]]


def test_a_variable_that_is_not_selected_is_no_message(tmp_path: Path) -> None:
    said = messages(tmp_path, sparql(f"SELECT $this ?value {{ {Q} . $this <http://ex.org/text> ?message }}"))
    assert ("a", "en", "The value does not meet the condition.") in said


def test_the_query_of_a_component_binds_a_message(tmp_path: Path) -> None:
    body = f"""ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:most ] ; sh:labelTemplate "at most {{$most}}" ;
      sh:nodeValidator [ a sh:SPARQLSelectValidator ; sh:select
        "SELECT $this ?value ?message {{ {Q} FILTER(?value > $most) BIND(CONCAT('> ', STR($most)) AS ?message) }}" ] .
      ex:S a sh:NodeShape ; sh:targetClass ex:T ; ex:most 1 ."""
    assert messages(tmp_path, body) == [("b", "", "> 1")]


def test_a_message_that_all_results_share_names_the_cause(tmp_path: Path) -> None:
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(PREFIXES + DATA, encoding="utf-8")
    shapes.write_text(PREFIXES + sparql(f"SELECT $this ?message {{ {Q} BIND('same' AS ?message) }}"), encoding="utf-8")
    assert [(group.count, dict(group.messages)) for group in validate([data], [shapes]).groups] == [(2, {"": "same"})]


FUNCTION = """ex:f a sh:SPARQLFunction ; sh:parameter [ sh:path ex:x ] ; sh:returnType xsd:boolean ;
  sh:ask "ASK { FILTER($x > 1) }" . """


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("sh:expression [ ex:fn 1 ]", "calls http://ex.org/fn, which is no function"),
        ("sh:expression [ ex:fn ( 1 ) ]", "calls http://ex.org/fn, which is no function"),
        ("sh:expression [ ex:f 1 ]", "calls http://ex.org/f without a list"),
        ("sh:expression [ ex:f ( [ ex:g ( sh:this ) ] ) ]", "calls http://ex.org/g, which is no function"),
        ("sh:expression [ sh:union ( sh:this [ ex:g ( 1 ) ] ) ]", "calls http://ex.org/g, which is no function"),
        ("sh:expression [ sh:count [ sh:path ex:q ] ]", "calls sh:count, which is no function"),
        ("sh:expression []", "is empty"),
        (
            "sh:rule [ a sh:TripleRule ; sh:subject sh:this ; sh:predicate ex:p ; sh:object [ ex:g ( 1 ) ] ]",
            "calls http://ex.org/g, which is no function",
        ),
    ],
)
def test_a_call_of_no_function_is_refused_with_the_shape(tmp_path: Path, expression: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        messages(tmp_path, f"{FUNCTION} ex:S a sh:NodeShape ; sh:targetClass ex:T ; {expression} .")
    assert str(caught.value.origin) == "http://ex.org/S" and reason in caught.value.reason and caught.value.next_step


def test_a_function_that_the_shapes_declare_is_called(tmp_path: Path) -> None:
    body = f"{FUNCTION} ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:expression [ ex:f ( [ sh:path ex:q ] ) ] ."
    assert ("a", "en", "The value does not meet the condition.") in messages(tmp_path, body)
    assert {each[0] for each in messages(tmp_path, body)} == {"a"}
