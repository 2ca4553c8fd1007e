"""Tests of the FHIR terminology service."""
