"""Blocks for other frameworks: Ray, datatrove."""
