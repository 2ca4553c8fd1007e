"""Derived files of a build: takes the current view and the store, writes index and statistics, runs the checks."""
