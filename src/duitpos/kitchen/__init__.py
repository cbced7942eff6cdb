"""The kitchen display: one board for each location, from placed to served."""
