"""What tells suggestions from mappings: a word in the head of the file, which the loader of SSSOM refuses."""

UNREVIEWED = "suggested by begrepp, not reviewed"
"""What stands in `other` in the head of a set of suggestions."""
