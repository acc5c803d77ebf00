"""Screens payments against the UN sanctions list and for terrorist-financing patterns."""

__version__ = "0.1.0"
