"""Forget a person: everywhere now, and for all that comes later (PRODUCT 6, FAULTS F-32, ADR 13)."""
