"""Everything that Voicenter's cloud says or hears, in plain Python: no Django, no database.

`wire` turns bytes into fields and back, `records` turns the vendor's fields into ours, `clock` its times
into UTC; `client` carries requests, with one module per API beside it; `errors` is what can go wrong.
"""
