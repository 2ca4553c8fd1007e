"""Value sets: their form, their members and their expansion.

In: ValueSet resources. Out: members of each code system, and the resource with its expansion.
"""
