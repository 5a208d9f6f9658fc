"""The agent's desk: the call at one's own phone, who it is, and what may be dialled."""
