"""HTTP: what the daemon answers, and how a command asks it.

Nothing is imported here: a command that only asks need not load the server.
"""
