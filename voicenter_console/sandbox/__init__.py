"""A simulated Voicenter cloud on the vendor's own paths: a seeded call centre, its APIs and its webhooks.

Plain Python over the libraries; only apps.py and the management command know Django. Behaviour that the
documents leave open is marked with a comment that begins with "Guess:".
"""
