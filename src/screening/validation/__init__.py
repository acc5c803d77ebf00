"""Proof that it works: seeded names, manipulations and payments, and the boards drawn from them.

Nothing here is used while screening. It is part of the package, not of the tests, so that a bank can
repeat the measurements on its own list and show them to an examiner.
"""
