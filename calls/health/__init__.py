"""Delivery health: is Voicenter talking to us, by both ways, and about every call?"""
