"""What the registry's index costs: look-ups, passes, disk and memory, with as many people as a large hospital has."""
