"""Readers for publishers' files: takes tables, XML and archives, yields rows with origins; rejects personal data."""
