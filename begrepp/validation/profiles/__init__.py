"""Profiles: named, versioned sets of rules that a description can be held against, such as DCAT-AP-SE.

A profile is a folder of data (`shapes/profiles/<name>/`, or one of the user's own): `manifest` reads it, `imports`
follows what its rules refer to, `judge` holds data against it, `shapedoc` and `diagram` describe it to a reader.
"""
