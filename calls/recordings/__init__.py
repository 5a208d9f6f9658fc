"""Recordings: fetched by the server, kept for a while, heard by a door that writes down who listens (F-57, F-66)."""
