"""Alerts: what to tell, to whom it was told, and the two ways to tell it.

`rules` decides from data, `outbox` sees to it that each alert arrives once, `sending` is the
only module that contacts the configured mail server or webhook, `telling` brings them together.
"""
