"""Blueprints for people: takes a request, returns a rendered page or its other formats."""
