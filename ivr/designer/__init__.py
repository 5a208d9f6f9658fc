"""A draft on the page: its tree, its picture, its forms, and each change that a person may make to it."""
