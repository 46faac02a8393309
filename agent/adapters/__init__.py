"""The gates: each adapter owns one outside thing and imports no other adapter."""
