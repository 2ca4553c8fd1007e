"""Report formats of a validation outcome.

In: a `ValidationOutcome` and a language. Out: HTML, JSON, CSV, RDF, JUnit XML, SARIF or terminal text.
`causes` describes the results in a language, `formats` is the registry of formats, `baseline` removes accepted results.
"""
