"""Several hosts on one ledger under fire, each in a network namespace of its own."""
