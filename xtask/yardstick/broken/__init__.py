"""Rules broken on purpose: one module for each family, each with `cases()` that yields (kind, steps).

The last step of a case breaks the rule; those before it only make it wrong (a fragment before the one
that overlaps it).
"""
