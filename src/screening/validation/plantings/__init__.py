"""Typologies acted out with invented parties: by rule, a case it must see and a near miss it must not.

Amounts, counts and times are those of the catalogue of typologies, not those of the rules: a rule whose
defaults drift is to be found out here.
"""
