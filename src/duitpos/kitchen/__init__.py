"""The cook: one board for each location, from placed to served."""
