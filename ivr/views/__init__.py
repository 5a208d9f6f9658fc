"""Doors of the pages of flows."""
