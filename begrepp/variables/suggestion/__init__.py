"""Concept suggestions: takes variables and candidate concepts, returns ranked suggestions with reasons."""
