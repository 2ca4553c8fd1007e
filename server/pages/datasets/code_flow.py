"""Flow drawing of the translation of codes: codes of A on the left, of B on the right, and what is lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from markupsafe import Markup

from begrepp.records import choose_label
from begrepp.variables.harmonisation.variable_pairs import ListedCode, Loss, VariablePair
from server.http.i18n import Translator
from server.pages.flow import FlowLink, FlowNode, flow_drawing

LOSSES = (Loss.NOTHING, Loss.MERGED, Loss.COARSER, Loss.NEAR, Loss.UNDECIDED, Loss.NONE)
_MAX_NODES = 60
"""Codes of a side that are drawn one by one; more are drawn by the beginning of the code."""
_NO_TARGET = ""
"""Id of the node of codes without a target."""


def code_flow(pair: VariablePair, translate: Translator) -> Markup:
    """Return the drawing of a pair's translation; a code counts as one, shared by its possible targets."""
    if not pair.codes:
        return Markup("")
    left = _groups((row.code for row in pair.codes), translate)
    targets = {code.iri: code for row in pair.codes for code, _ in row.targets}
    right = _groups([*targets.values(), *pair.unreached], translate)
    sizes = defaultdict[tuple[str, str, Loss], float](float)
    for row in pair.codes:
        start = left[row.code.iri].id
        if not row.targets:
            sizes[start, _NO_TARGET, row.loss] += 1
        for code, _ in row.targets:
            sizes[start, right[code.iri].id, row.loss] += 1 / len(row.targets)
    nodes = {node.id: node for node in left.values()}
    ends = {node.id: node for node in right.values()}
    if any(end == _NO_TARGET for _, end, _ in sizes):
        ends[_NO_TARGET] = FlowNode(id=_NO_TARGET, label=translate("loss.none"), kind=Loss.NONE)
    links = [
        FlowLink(
            start=start,
            end=end,
            size=size,
            kind=loss,
            title=f"{nodes[start].label} → {ends[end].label}: {translate(f'loss.{loss}')}",
        )
        for (start, end, loss), size in sizes.items()
    ]
    title = translate("harmonise.flow", a=pair.a.name, b=pair.b.name)
    return flow_drawing([*nodes.values()], [*ends.values()], links, title)


def _groups(codes: Iterable[ListedCode], translate: Translator) -> dict[str, FlowNode]:
    """Return the node of each code by IRI: one per code, or one per beginning of the codes if there are many."""
    listed = sorted(codes, key=lambda code: code.notation)
    if len(listed) <= _MAX_NODES:
        return {code.iri: FlowNode(id=code.notation, label=_label(code, translate)) for code in listed}
    lengths = range(1, max(len(code.notation) for code in listed) + 1)
    fitting = [n for n in lengths if len({code.notation[:n] for code in listed}) <= _MAX_NODES]
    length = max(fitting, default=1)
    counts = Counter(code.notation[:length] for code in listed)
    return {
        code.iri: FlowNode(id=code.notation[:length], label=_group_label(code, length, counts, translate))
        for code in listed
    }


def _group_label(code: ListedCode, length: int, counts: Mapping[str, int], translate: Translator) -> str:
    start = code.notation[:length]
    return _label(code, translate) if counts[start] == 1 else f"{start}… ({translate.number(counts[start])})"


def _label(code: ListedCode, translate: Translator) -> str:
    label = choose_label(code.labels, translate.language)
    return code.notation if label == code.notation else f"{code.notation}  {label}".strip()
