"""Day closes (Z reports): numbered, frozen, and changed only by a visible correction (decision 0025; M140 to M142)."""
