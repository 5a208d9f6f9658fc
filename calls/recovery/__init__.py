"""People whose call nobody answered: cards made of calls, what is done with them, and who is told (ADR 40)."""
