"""The connection assistant: from an account's code to calls that arrive, in eight steps (PRODUCT 19)."""
