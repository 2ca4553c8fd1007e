"""Harmonisation of datasets: takes two datasets, returns pairs of variables, code translations and crosswalks."""
