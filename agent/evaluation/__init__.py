"""How well the rules decide: documents whose truth is known, decided as the daemon decides, and counted.

Nothing here knows a home. What reads and what searches is given, so that whoever asks can use copies of their own.
"""
