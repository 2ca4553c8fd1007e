"""Grammar of SPARQL queries: SPARQL 1.1, section 19.8, with the triple terms of SPARQL 1.2 and LATERAL.

The notation is the standard's: `?`, `*`, `+`, `|` and groups in parentheses. Names in capitals are kinds of tokens, the
others are productions. It deviates where that makes one token of lookahead suffice: NIL and ANON are two brackets, a
sign is a token before a number, and functions are grouped by their arguments. LATERAL is an extension of Oxigraph
(SPARQL-dev SEP-0006).
"""

from __future__ import annotations

PRODUCTIONS = """
Query = Prologue ( SelectQuery | ConstructQuery | DescribeQuery | AskQuery ) ValuesClause
Prologue = ( 'BASE' IRI | 'PREFIX' NAME IRI | 'VERSION' STRING )*
SelectQuery = SelectClause DatasetClause* WhereClause SolutionModifier
SubSelect = SelectClause WhereClause SolutionModifier ValuesClause
SelectClause = 'SELECT' ( 'DISTINCT' | 'REDUCED' )? ( ( VARIABLE | '(' Expression 'AS' VARIABLE ')' )+ | '*' )
ConstructQuery = 'CONSTRUCT' ( ConstructTemplate DatasetClause* WhereClause SolutionModifier | ConstructShort )
ConstructShort = DatasetClause* 'WHERE' '{' TriplesTemplate? '}' SolutionModifier
DescribeQuery = 'DESCRIBE' ( VarOrIri+ | '*' ) DatasetClause* WhereClause? SolutionModifier
AskQuery = 'ASK' DatasetClause* WhereClause SolutionModifier
DatasetClause = 'FROM' 'NAMED'? Iri
WhereClause = 'WHERE'? GroupGraphPattern
SolutionModifier = GroupClause? HavingClause? OrderClause? LimitOffset?
GroupClause = 'GROUP' 'BY' GroupCondition+
GroupCondition = BuiltInCall | FunctionCall | '(' Expression ( 'AS' VARIABLE )? ')' | VARIABLE
HavingClause = 'HAVING' Constraint+
OrderClause = 'ORDER' 'BY' OrderCondition+
OrderCondition = ( 'ASC' | 'DESC' ) BrackettedExpression | Constraint | VARIABLE
LimitOffset = 'LIMIT' NUMBER ( 'OFFSET' NUMBER )? | 'OFFSET' NUMBER ( 'LIMIT' NUMBER )?
ValuesClause = ( 'VALUES' DataBlock )?

GroupGraphPattern = '{' ( SubSelect | GroupGraphPatternSub ) '}'
GroupGraphPatternSub = TriplesBlock? ( GraphPatternNotTriples '.'? TriplesBlock? )*
TriplesBlock = TriplesSameSubjectPath ( '.' TriplesBlock? )?
GraphPatternNotTriples = GroupOrUnion | Optional | Minus | Graph | Service | Filter | Bind | InlineData | Lateral
GroupOrUnion = GroupGraphPattern ( 'UNION' GroupGraphPattern )*
Optional = 'OPTIONAL' GroupGraphPattern
Lateral = 'LATERAL' GroupGraphPattern
Minus = 'MINUS' GroupGraphPattern
Graph = 'GRAPH' VarOrIri GroupGraphPattern
Service = 'SERVICE' 'SILENT'? VarOrIri GroupGraphPattern
Filter = 'FILTER' Constraint
Bind = 'BIND' '(' Expression 'AS' VARIABLE ')'
InlineData = 'VALUES' DataBlock
DataBlock = VARIABLE '{' DataValue* '}' | '(' VARIABLE* ')' '{' ( '(' DataValue* ')' )* '}'
DataValue = Iri | RdfLiteral | NumericLiteral | BooleanLiteral | 'UNDEF' | TripleTermData
Constraint = BrackettedExpression | BuiltInCall | FunctionCall
FunctionCall = Iri ArgList

ConstructTemplate = '{' TriplesTemplate? '}'
TriplesTemplate = TriplesSameSubject ( '.' TriplesTemplate? )?
TriplesSameSubject = VarOrTerm PropertyListNotEmpty | BracketSubject | ListSubject | ReifiedTriple PropertyList
BracketSubject = '[' ( ']' PropertyListNotEmpty | PropertyListNotEmpty ']' PropertyList )
ListSubject = '(' ( ')' PropertyListNotEmpty | GraphNode+ ')' PropertyList )
PropertyList = PropertyListNotEmpty?
PropertyListNotEmpty = Verb ObjectList ( ';' ( Verb ObjectList )? )*
Verb = VarOrIri | 'a'
ObjectList = Object ( ',' Object )*
Object = GraphNode Annotation
GraphNode = VarOrTerm | '[' PropertyList ']' | '(' GraphNode* ')' | ReifiedTriple

TriplesSameSubjectPath = VarOrTerm PathListNotEmpty | BracketSubjectPath | ListSubjectPath | ReifiedTriple PathList
BracketSubjectPath = '[' ( ']' PathListNotEmpty | PathListNotEmpty ']' PathList )
ListSubjectPath = '(' ( ')' PathListNotEmpty | GraphNodePath+ ')' PathList )
PathList = PathListNotEmpty?
PathListNotEmpty = VerbPath ObjectListPath ( ';' ( VerbPath ObjectListPath )? )*
VerbPath = Path | VARIABLE
ObjectListPath = ObjectPath ( ',' ObjectPath )*
ObjectPath = GraphNodePath AnnotationPath
GraphNodePath = VarOrTerm | '[' PathList ']' | '(' GraphNodePath* ')' | ReifiedTriple
Path = PathSequence ( '|' PathSequence )*
PathSequence = PathElement ( '/' PathElement )*
PathElement = '^'? PathPrimary ( '?' | '*' | '+' )?
PathPrimary = Iri | 'a' | '!' NegatedSet | '(' Path ')'
NegatedSet = NegatedStep | '(' ( NegatedStep ( '|' NegatedStep )* )? ')'
NegatedStep = '^'? ( Iri | 'a' )

Annotation = ( Reifier | '{|' PropertyListNotEmpty '|}' )*
AnnotationPath = ( Reifier | '{|' PathListNotEmpty '|}' )*
Reifier = '~' ( VarOrIri | BLANK | '[' ']' )?
ReifiedTriple = '<<' TripleNode Verb TripleNode Reifier? '>>'
TripleNode = VARIABLE | Iri | RdfLiteral | NumericLiteral | BooleanLiteral | BLANK | '[' ']' | ReifiedTriple
 | TripleTerm
TripleTerm = '<<(' TermNode Verb TermNode ')>>'
TermNode = VARIABLE | Iri | RdfLiteral | NumericLiteral | BooleanLiteral | BLANK | '[' ']' | TripleTerm
TripleTermData = '<<(' DataNode ( Iri | 'a' ) DataNode ')>>'
DataNode = Iri | RdfLiteral | NumericLiteral | BooleanLiteral | TripleTermData
TripleTermExpression = '<<(' ExpressionNode Verb ExpressionNode ')>>'
ExpressionNode = VARIABLE | Iri | RdfLiteral | NumericLiteral | BooleanLiteral | TripleTermExpression

VarOrIri = VARIABLE | Iri
VarOrTerm = VARIABLE | Iri | RdfLiteral | NumericLiteral | BooleanLiteral | BLANK | TripleTerm
Iri = IRI | NAME
RdfLiteral = STRING ( LANGUAGE | '^^' Iri )?
NumericLiteral = ( '+' | '-' )? NUMBER
BooleanLiteral = 'TRUE' | 'FALSE'

Expression = And ( '||' And )*
And = Relation ( '&&' Relation )*
Relation = Sum ( Comparison Sum | 'IN' ExpressionList | 'NOT' 'IN' ExpressionList )?
Comparison = '=' | '!=' | '<' | '>' | '<=' | '>='
Sum = Product ( ( '+' | '-' ) Product )*
Product = Unary ( ( '*' | '/' ) Unary )*
Unary = ( '!' | '+' | '-' ) Unary | Primary
Primary = BrackettedExpression | BuiltInCall | Iri ArgList? | RdfLiteral | NUMBER | BooleanLiteral | VARIABLE
 | TripleTermExpression
BrackettedExpression = '(' Expression ')'
ExpressionList = '(' ( Expression ( ',' Expression )* )? ')'
ArgList = '(' ( 'DISTINCT'? Expression ( ',' Expression )* )? ')'
BuiltInCall = FUNCTION ExpressionList | 'IF' ExpressionList | 'BOUND' '(' VARIABLE ')' | Aggregate
 | 'EXISTS' GroupGraphPattern | 'NOT' 'EXISTS' GroupGraphPattern
Aggregate = 'COUNT' '(' 'DISTINCT'? ( '*' | Expression ) ')' | AGGREGATE '(' 'DISTINCT'? Expression ')'
 | 'GROUP_CONCAT' '(' 'DISTINCT'? Expression ( ';' 'SEPARATOR' '=' STRING )? ')'
"""

_ONE_ARGUMENT = """
STR LANG LANGDIR DATATYPE IRI URI ABS CEIL FLOOR ROUND STRLEN UCASE LCASE ENCODE_FOR_URI YEAR MONTH DAY HOURS MINUTES
SECONDS TIMEZONE TZ MD5 SHA1 SHA256 SHA384 SHA512 ISIRI ISURI ISBLANK ISLITERAL ISNUMERIC HASLANG HASLANGDIR ISTRIPLE
SUBJECT PREDICATE OBJECT
"""
_FUNCTION_NAMES = {
    (0, 0): "RAND NOW UUID STRUUID",
    (0, 1): "BNODE",
    (1, 1): _ONE_ARGUMENT,
    (2, 2): "LANGMATCHES CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER STRLANG STRDT SAMETERM ADJUST",
    (2, 3): "SUBSTR REGEX",
    (3, 3): "STRLANGDIR TRIPLE",
    (3, 4): "REPLACE",
    (0, 1000): "CONCAT COALESCE",
}
FUNCTIONS = {name: counts for counts, names in _FUNCTION_NAMES.items() for name in names.split()}
"""Functions with a list of expressions, and the smallest and largest number of arguments."""
AGGREGATES = frozenset(["SUM", "MIN", "MAX", "AVG", "SAMPLE"])
