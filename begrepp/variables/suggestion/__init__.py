"""Concept suggestions for variables: takes variables and candidate concepts, returns ranked suggestions with reasons."""
