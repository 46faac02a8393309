"""Telegram. Importing this package alone loads no `telegram`: about 20 MB that only a set token is worth."""
