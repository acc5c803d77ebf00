"""Readers of sanctions lists."""

from __future__ import annotations

from screening.lists.un import read_un_list

__all__ = ["read_un_list"]
