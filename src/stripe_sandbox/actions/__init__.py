"""What happens to the objects: sessions are made and paid, charges refunded and disputed, with their events."""
