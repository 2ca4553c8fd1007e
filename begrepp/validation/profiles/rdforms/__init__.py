"""Converter from RDForms templates to SHACL shapes, for DCAT-AP-SE.

The publisher maintains DCAT-AP-SE as templates for RDForms (`bundle.json`), without SHACL. `templates` reads them,
`turtle` writes shapes; docs/decisions/dcat-ap-se.md has the mapping:

    python -m begrepp.validation.profiles.rdforms bundle.json 3.0.1 > shapes/profiles/dcat-ap-se/shapes.ttl
"""
