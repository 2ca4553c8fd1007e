"""Differences between consecutive editions: takes the parts of all schemes, writes one N-Triples file for each pair."""
