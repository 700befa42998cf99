"""Instruments: their life, documents, tranches, and the limits of what may be issued."""
