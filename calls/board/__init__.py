"""The live board's ground: one collector per account keeps a snapshot and the history of agents' states."""
