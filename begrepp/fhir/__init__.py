"""FHIR terminology operations on code systems in memory and of a build: parameters in, resources as plain JSON out.

No module here knows HTTP. Resources are the parsed JSON of FHIR R5 (`dict`); `r4_resources` converts to and from R4.
Sources: the terminology module of FHIR R5, and the requirements of HL7's terminology ecosystem.
"""
