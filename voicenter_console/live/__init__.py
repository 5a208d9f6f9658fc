"""Events for open pages: `publish` writes one, the async view streams them."""
