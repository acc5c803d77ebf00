"""Ours beside what a user would pick instead: one module per peer, each run in a process of its own."""
