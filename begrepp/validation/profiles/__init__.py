"""Validation profiles: named, versioned sets of shapes, such as DCAT-AP-SE, and their documentation.

In: a folder of shapes with a `profile.toml` (`shapes/profiles/<name>/`, or a folder of the user). Out: a `Profile`
(`profile`), the files it imports (`imports`), and descriptions of its shapes (`shape_doc`, `classes`, `diagram`).
"""
