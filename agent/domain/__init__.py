"""The nouns. Standard library only; nothing here opens, sleeps, logs or knows the time."""
