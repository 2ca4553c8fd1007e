"""Harmonisation of datasets: takes two datasets of a build, returns variable pairs, code translations and crosswalk files."""
