"""Rules for data, as written in `shapes/`, held against the data itself: what is asked, and what is found wanting.

Source: SHACL 1.0, https://www.w3.org/TR/shacl/; the sections named in this package are its own. Read in this
order: `shapes` (the rules), `limits` (who may judge by them), `fast` and `reference` (the two engines),
`findings` (what both hand on). The door is `begrepp.validation.validate`.
"""
