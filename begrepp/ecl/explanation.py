"""Explanation of an expression in words, in Swedish and English: an outline with one line per part."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from begrepp.ecl.evaluation import code_index, scheme_and_code
from begrepp.ecl.phrases import HIERARCHY, PHRASES
from begrepp.ecl.syntax_tree import (
    AcceptedDialect,
    ActiveState,
    AnyConcept,
    AttributeCondition,
    BooleanValue,
    Cardinality,
    CodeReference,
    Combination,
    ComparisonOperator,
    Dialects,
    DottedPath,
    EclNode,
    FilterBlock,
    FilterCondition,
    Filtered,
    GroupCondition,
    HierarchyStep,
    HistorySupplement,
    Junction,
    MembersOf,
    NumberValue,
    Refined,
    Refinement,
    SearchTerms,
    SetsContaining,
    TextValue,
    Tokens,
)
from begrepp.terminology.interface import CodeSystem

_SIMPLE = (CodeReference, AnyConcept)


class ExplainedPart(Struct, frozen=True, kw_only=True):
    """A part of an expression in words; `node` is its expression if the part is a set of concepts."""

    words: str
    start: int
    end: int
    node: EclNode | None = None
    parts: tuple[ExplainedPart, ...] = ()


class Explanation:
    """Words for the parts of expressions in one language; `name_of` returns the name of a code, or nothing."""

    def __init__(self, language: str, name_of: Callable[[CodeReference], str], title: str) -> None:
        self._words = PHRASES["sv" if language == "sv" else "en"]
        self._hierarchy = HIERARCHY["sv" if language == "sv" else "en"]
        self._name_of, self._title = name_of, title

    def explain(self, node: EclNode) -> ExplainedPart:
        """Return the outline of an expression."""
        match node:
            case CodeReference() | AnyConcept():
                return self._part(node, self._simple(node))
            case HierarchyStep(operator=operator, operand=operand):
                return self._about(node, self._hierarchy[operator.value], operand)
            case MembersOf(operand=operand, fields=fields, filters=filters):
                phrase = self._words["field" if fields else "members"].replace("{field}", ", ".join(fields))
                return self._about(node, phrase, operand, [self._block(each) for each in filters])
            case SetsContaining(operand=operand):
                return self._about(node, self._words["containing"], operand)
            case Filtered(operand=operand, block=block):
                return self._about(node, self._words["filtered"], operand, [self._block(block)])
            case HistorySupplement(operand=operand, profile=profile, sets=sets):
                others = [self.explain(sets)] if sets else []
                return self._about(node, self._words["history" if sets else f"history {profile}"], operand, others)
            case Combination(operator=operator, operands=operands):
                return self._part(node, self._words[operator.value], map(self.explain, operands))
            case Refined(operand=operand, refinement=refinement):
                return self._about(node, self._words["refined"], operand, [self._refinement(refinement)])
            case DottedPath(operand=operand, attributes=attributes):
                names = self._words["of"].join(self._name(each) for each in reversed(attributes))
                return self._about(node, self._words["dotted"].replace("{attribute}", names), operand)
        return ExplainedPart(words=self._value(node), start=node.span[0], end=node.span[1])

    def _part(self, node: EclNode, words: str, parts: Iterable[ExplainedPart] = ()) -> ExplainedPart:
        return ExplainedPart(words=words, start=node.span[0], end=node.span[1], node=node, parts=tuple(parts))

    def _about(
        self, node: EclNode, phrase: str, operand: EclNode, others: Iterable[ExplainedPart] = ()
    ) -> ExplainedPart:
        """A part about an operand: a simple one is named in the phrase, another one follows as a part of its own."""
        if isinstance(operand, _SIMPLE):
            return self._part(node, phrase.replace("{x}", self._simple(operand)), others)
        return self._part(node, phrase.replace("{x}", self._words["following"]), [self.explain(operand), *others])

    def _simple(self, node: EclNode) -> str:
        if isinstance(node, CodeReference):
            name = self._name_of(node)
            name = "" if name == node.code else name
            code = f"{node.scheme} {node.code}" if node.scheme else node.code
            return f"{code} {name}" if name else code
        return self._words["any"].replace("{title}", self._title)

    def _name(self, node: EclNode) -> str:
        """The name of an attribute within a sentence."""
        if isinstance(node, AnyConcept):
            return self._words["any attribute"]
        part = self.explain(node)
        return part.words if not part.parts else f"({self._flat(part)})"

    def _flat(self, part: ExplainedPart) -> str:
        return f"{part.words}: {'; '.join(map(self._flat, part.parts))}" if part.parts else part.words

    def _refinement(self, refinement: Refinement) -> ExplainedPart:
        start, end = refinement.span
        if isinstance(refinement, Junction):
            parts = tuple(map(self._refinement, refinement.parts))
            return ExplainedPart(words=self._words[f"all {refinement.operator}"], start=start, end=end, parts=parts)
        if isinstance(refinement, GroupCondition):
            words = self._words["group"].replace("{number}", self._number(refinement.cardinality, "groups"))
            return ExplainedPart(words=words, start=start, end=end, parts=(self._refinement(refinement.condition),))
        return self._attribute(refinement)

    def _attribute(self, condition: AttributeCondition) -> ExplainedPart:
        start, end = condition.span
        key = "reverse" if condition.reverse else "attribute"
        phrase = self._words[f"{key} !=" if condition.comparison is ComparisonOperator.NOT_EQUALS else key]
        phrase = phrase.replace("{number}", self._number(condition.cardinality, "statements"))
        phrase = phrase.replace("{attribute}", self._name(condition.name))
        plain = isinstance(condition.value, (*_SIMPLE, NumberValue, TextValue, BooleanValue))
        value = self._value(condition.value) if plain else self._words["following"]
        if condition.comparison not in (ComparisonOperator.EQUALS, ComparisonOperator.NOT_EQUALS):
            phrase = phrase.replace(" = ", f" {condition.comparison} ")
        parts = () if plain else (self.explain(condition.value),)
        return ExplainedPart(words=phrase.replace("{value}", value), start=start, end=end, parts=parts)

    def _number(self, cardinality: Cardinality, what: str) -> str:
        """The cardinality in words; nothing for at least one."""
        low, high = cardinality.minimum, cardinality.maximum
        if (low, high) == (1, None):
            return self._words[f"one of {what}"]
        key = "none" if high == 0 else "exactly" if low == high else "at least" if high is None else "between"
        key = "at most" if low == 0 and key == "between" else key
        return self._words[f"{key} {what}"].replace("{low}", str(low)).replace("{high}", str(high))

    def _value(self, node: EclNode) -> str:
        match node:
            case AnyConcept():
                return self._words["any value"]
            case CodeReference():
                return self._simple(node)
            case NumberValue(number=number):
                return str(number)
            case TextValue(texts=texts):
                return self._words["or"].join(f"”{text}”" for text in texts)
            case BooleanValue(value=value):
                return self._words["true" if value else "false"]
            case SearchTerms(terms=terms):
                words = [self._words["wild" if each.wild else "match"].replace("{x}", each.text) for each in terms]
                return self._words["or"].join(words)
            case Tokens(words=tokens):
                known = [self._words.get(f"token {token}", token or self._words["no time"]) for token in tokens]
                return self._words["or"].join(known)
            case Dialects(dialects=dialects):
                return self._words["or"].join(self._dialect(each) for each in dialects)
            case ActiveState(active=active):
                return self._words["either" if active is None else "active" if active else "inactive"]
        return self._flat(self.explain(node))

    def _dialect(self, accepted: AcceptedDialect) -> str:
        return " ".join([accepted.dialect, *(self._words[f"token {each}"] for each in accepted.acceptabilities)])

    def _block(self, block: FilterBlock) -> ExplainedPart:
        start, end = block.span
        conditions = [self._condition(each) for each in block.conditions]
        words = self._words[f"block {block.kind}"].replace("{x}", "; ".join(conditions))
        return ExplainedPart(words=words, start=start, end=end)

    def _condition(self, condition: FilterCondition) -> str:
        name = self._words.get(f"filter {condition.name}", condition.name)
        comparison = self._words.get(f"is {condition.comparison}", condition.comparison.value)
        if isinstance(condition.value, SearchTerms):
            name = "" if condition.name == "term" else name
            comparison = self._words["not"] if condition.comparison is ComparisonOperator.NOT_EQUALS else ""
            return " ".join(filter(None, [name, comparison, self._value(condition.value)]))
        return f"{name} {comparison} {self._value(condition.value)}"


def code_names(
    system: CodeSystem, find: Callable[[str], CodeSystem | None], language: str
) -> Callable[[CodeReference], str]:
    """Return a function that names codes in a language; a code that is not known has no name."""

    def name_of(reference: CodeReference) -> str:
        scheme, code = scheme_and_code(system, reference)
        own = find(scheme) if scheme else system
        index = code_index(own, code) if own else None
        designation = own.designation(index, (language,)) if own and index is not None else None
        return designation.text if designation else ""

    return name_of
