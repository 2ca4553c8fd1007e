"""Reader of DDI Codebook 1.x and 2.5.

https://ddialliance.org/Specification/DDI-Codebook/2.5/. Skips statistics (`catStat`, `sumStat`): they describe
persons, and small counts may identify them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import CodedValue, Text
from begrepp.sources.xml import XmlNode, read_xml
from loaders.ddi.codebook_domains import has_plain_bounds, range_notes, read_derivation, read_domain
from loaders.ddi.model import DdiStudy, DdiTable, DdiVariable, leading_date
from loaders.support.html_text import from_html

_NAMESPACES = ("", "ddi:codebook:2_5", "ddi:codebook:2_6", "http://www.icpsr.umich.edu/DDI", "ddi:codebook:2_1")
_STATISTICS = ("catStat", "sumStat", "otherMat", "embed")
_READ = {
    *("labl", "txt", "qstn", "valrng", "invalrng", "universe", "concept", "codInstr", "notes", "respUnit"),
    *("catgry", "catgryGrp", "stdCatgry", "varFormat", "derivation", "location", *_STATISTICS),
}
"""Elements of a variable that are read; `location` is the place of the column in the data file."""
_SMALLEST_COUNT = 5
_MISSING = ("Y", "y", "yes", "true", "1")


def read_codebook(path: Path, language: str) -> DdiStudy:
    """Read the study of a codebook. `language` is the language of texts without `xml:lang`."""
    reader = _Reader(path.name, language)
    variables = []
    root = None
    for root in read_xml(path, yielding=("var",), dropped=_STATISTICS):  # the last one is the root
        if root.name == "var":
            variables.append(root)
    assert root is not None
    if root.namespace not in _NAMESPACES:
        raise InputError(
            Origin(path.name, root.row),
            f"the namespace '{root.namespace}' is none of DDI Codebook.",
            f"Check that you added the right file; known are {', '.join(filter(None, _NAMESPACES))}.",
        )
    language = root.lang or language
    reader.language = language
    study = reader.study(root)
    tables = {table.id for table in study.tables}
    reader.groups = _variable_groups(root)
    study.variables = [reader.variable(node, tables, study.tables[0].id) for node in variables]
    study.unresolved += reader.left_out
    study.unresolved += (
        (Origin(path.name), f"'{name}' of a variable is not imported ({count:,}).")
        for name, count in sorted(reader.unread.items())
    )
    return study


def _variable_groups(root: XmlNode) -> dict[str, list[XmlNode]]:
    """Return the groups (`varGrp`) of each variable by its ID; a group holds the variables of the groups in it."""
    nodes = {node.get("ID") or str(node.row): node for node in root.find("varGrp")}
    groups: dict[str, list[XmlNode]] = {}
    for node in nodes.values():
        pending, known = [node], {id(node)}
        while pending:
            each = pending.pop()
            for variable in each.get("var").split():
                groups.setdefault(variable, []).append(node)
            inner = [nodes[name] for name in each.get("varGrp").split() if name in nodes]
            pending += [child for child in inner if id(child) not in known]
            known |= {id(child) for child in inner}
    return groups


class _Reader:
    def __init__(self, file: str, language: str) -> None:
        self.file = file
        self.language = language
        self.groups: dict[str, list[XmlNode]] = {}
        self.left_out: list[tuple[Origin, str]] = []
        self.unread: Counter[str] = Counter()

    def texts(self, nodes: Iterator[XmlNode]) -> tuple[Text, ...]:
        """Return the first text of each language."""
        texts_by_language: dict[str, str] = {}
        for node in nodes:
            if text := from_html(node.text):
                texts_by_language.setdefault(node.lang or self.language, text)
        return tuple(Text(text, language) for language, text in texts_by_language.items())

    def study(self, root: XmlNode) -> DdiStudy:
        study_node = root.first("stdyDscr") or root
        citation = study_node.first("citation")
        titles = citation.first("titlStmt") if citation else None
        if titles is None or titles.first("titl") is None:
            raise InputError(
                Origin(self.file, study_node.row),
                "the study has no title (stdyDscr/citation/titlStmt/titl).",
                _NEXT_STEP,
            )
        periods = list(study_node.find("timePrd"))
        days = sorted(filter(None, (leading_date(node.get("date") or node.text) for node in periods)))
        producers = [node for kind in ("producer", "AuthEnty", "distrbtr") for node in study_node.find(kind)]
        return DdiStudy(
            origin=Origin(self.file, study_node.row),
            titles=self.texts(titles.all("titl", "parTitl")),
            descriptions=self.texts(study_node.find("abstract")) or self.document_title(root),
            identifiers=tuple(dict.fromkeys(words for node in titles.all("IDNo") if (words := node.text))),
            publisher=next((node.text for node in producers if node.text), ""),
            keywords=self.keywords(study_node),
            period=(days[0], days[-1]) if days else ("", ""),
            universe=self.texts(study_node.find("universe")),
            tables=list(self.tables(root, titles)),
        )

    def document_title(self, root: XmlNode) -> tuple[Text, ...]:
        """Return the codebook's own title, the description of a study without an abstract."""
        titles = next((node for each in root.all("docDscr") for node in each.find("titlStmt")), None)
        parts = [node.text for node in titles.all("titl", "subTitl")] if titles else []
        return (Text(". ".join(parts), self.language),) if any(parts) else ()

    def keywords(self, study_node: XmlNode) -> tuple[Text, ...]:
        keywords = (
            Text(node.text, node.lang or self.language) for node in study_node.find("keyword", "topcClas") if node.text
        )
        return tuple(dict.fromkeys(keywords))

    def tables(self, root: XmlNode, titles: XmlNode) -> Iterator[DdiTable]:
        files = list(root.all("fileDscr"))
        for number, node in enumerate(files, start=1):
            name = next(node.find("fileName"), None)
            count = next(node.find("caseQnty"), None)
            records = int(count.text) if count and count.text.isdecimal() else None
            yield DdiTable(
                id=node.get("ID") or f"F{number}",
                titles=(Text(name.text, name.lang or self.language),)
                if name and name.text
                else self.texts(titles.all("titl")),
                descriptions=self.texts(node.find("fileCont")),
                # Small counts may identify persons.
                records=records if records is None or records >= _SMALLEST_COUNT else None,
                groups={
                    group.get("rectype"): label.text
                    for group in node.find("recGrp")
                    if (label := group.first("labl")) and label.text
                },
            )
        if not files:
            yield DdiTable(id="data", titles=self.texts(titles.all("titl")))

    def variable(self, node: XmlNode, tables: set[str], first: str) -> DdiVariable:
        name = node.get("name") or node.get("ID")
        origin = Origin(self.file, node.row)
        if not name:
            raise InputError(origin, "a <var> has neither name nor ID.", _NEXT_STEP)
        files = node.get("files").split()
        if unknown := [each for each in files if each not in tables]:
            raise InputError(
                origin, f"'{name}' refers to the file '{unknown[0]}', which no fileDscr describes.", _NEXT_STEP
            )
        values, missing = self.codes(node, name)
        valid = [child for range_ in node.all("valrng") for child in range_.all("range", "item")]
        derivation = node.first("derivation")
        calculation, further = read_derivation(derivation)
        self.count_unread(node)
        groups = [self.texts(group.all("labl")) for group in self.groups.get(node.get("ID"), ())]
        questions = [each for kind in ("preQTxt", "qstnLit", "postQTxt") for each in node.find(kind)]
        return DdiVariable(
            id=node.get("ID") or name,
            name=name,
            origin=origin,
            tables=tuple(dict.fromkeys(files)) or (first,),
            titles=self.texts(node.all("labl")),
            descriptions=self.texts(node.all("txt")),
            questions=self.texts(iter(questions)) if len(questions) == 1 else _join_questions(self, questions),
            notes=(
                *(text for each in node.all("codInstr", "notes", "respUnit") for text in self.texts(iter([each]))),
                *range_notes("Valid values", [] if has_plain_bounds(valid) else valid),
                *range_notes("Missing values", [each for part in node.all("invalrng") for each in part.all("range")]),
                *self.category_groups(node),
                *further,
            ),
            groups=tuple(filter(None, groups)),
            universe=self.texts(node.all("universe")),
            concepts=tuple(
                (each.get("vocab"), each.get("vocabURI"), each.text) for each in node.all("concept") if each.text
            ),
            language=node.lang or self.language,
            record_types=tuple(node.get("rectype").split()),
            domain=read_domain(node, valid),
            calculation=calculation,
            derived_from=tuple(derivation.get("var").split()) if derivation else (),
            values=values,
            missing=missing,
            standard=tuple(map(_standard, node.all("stdCatgry"))),
        )

    def count_unread(self, node: XmlNode) -> None:
        """Count the elements of a variable that are not read."""
        self.unread.update(child.name for child in node.children if child.name not in _READ)

    def category_groups(self, node: XmlNode) -> Iterator[Text]:
        """Yield a note of the label and the codes of each group of categories."""
        codes = {each.get("ID"): value.text for each in node.all("catgry") if (value := each.first("catValu"))}
        for group in node.all("catgryGrp"):
            listed = ", ".join(codes.get(id_, id_) for id_ in group.get("catgry").split())
            for text in self.texts(group.all("labl")):
                yield Text(f"{text.value}: {listed}" if listed else text.value, text.lang)

    def codes(self, node: XmlNode, name: str) -> tuple[tuple[CodedValue, ...], tuple[CodedValue, ...]]:
        """Return the codes of a variable, and its codes for missing values."""
        values_by_code: dict[str, tuple[CodedValue, bool]] = {}
        for category in node.all("catgry"):
            value = category.first("catValu")
            code = value.text if value else ""
            if not code:
                words = "; ".join(text.value for text in self.texts(category.all("labl")))
                reason = f"a category of the variable '{name}' has no value{f': {words}' if words else ''}."
                self.left_out.append((Origin(self.file, category.row), reason))
                continue
            if code in values_by_code:
                raise InputError(
                    Origin(self.file, category.row),
                    f"the code '{code}' occurs twice in the variable '{name}'.",
                    _NEXT_STEP,
                )
            coded = CodedValue(
                code=code,
                labels=self.texts(category.all("labl")) or (Text(code, "und"),),
                definitions=self.texts(category.all("txt")),
            )
            values_by_code[code] = (coded, category.get("missing") in _MISSING)
        invalid = {
            item.get("VALUE"): self.texts(iter([item]))
            for range_ in node.find("invalrng")
            for item in range_.all("item")
        }
        for code, labels in invalid.items():
            coded = (
                values_by_code[code][0]
                if code in values_by_code
                else CodedValue(code=code, labels=labels or (Text(code, "und"),))
            )
            if code:
                values_by_code[code] = (coded, True)
        return (
            tuple(coded for coded, is_missing in values_by_code.values() if not is_missing),
            tuple(coded for coded, is_missing in values_by_code.values() if is_missing),
        )


def _standard(node: XmlNode) -> str:
    """Return name, date and address of a standard classification."""
    return ", ".join(filter(None, (node.text, node.get("date"), node.get("URI"))))


def _join_questions(reader: _Reader, nodes: list[XmlNode]) -> tuple[Text, ...]:
    """Join pre-question text, question and post-question text into one text per language."""
    texts_by_language: dict[str, list[str]] = {}
    for node in nodes:
        for text in reader.texts(iter([node])):
            texts_by_language.setdefault(text.lang, []).append(text.value)
    return tuple(Text(" ".join(texts), language) for language, texts in texts_by_language.items())


_NEXT_STEP = "Fix the file, or export it again."
