"""Contacts: who is behind a number, and how that book is kept."""
