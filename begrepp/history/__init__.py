"""Editions through time: takes the parts of a build, returns the current view, differences and re-used codes."""
