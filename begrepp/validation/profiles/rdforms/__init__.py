"""Makes shapes of the templates that DCAT-AP-SE is published as: forms that say what a description should hold.

The profile has no SHACL of its own. It is maintained as templates for RDForms, joined in `bundle.json`. `templates`
reads them, `turtle` writes shapes by the mapping in docs/decisions/dcat-ap-se.md:

    python -m begrepp.validation.profiles.rdforms bundle.json 3.0.1 > shapes/profiles/dcat-ap-se/shapes.ttl
"""
