"""dossierd: files each incoming document under the one person it is about, or asks."""

__version__ = "0.1.0"
