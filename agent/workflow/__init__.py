"""The life of a document. Sees ports, never adapters."""
