"""Other projects that handle the same deliveries: what each does for one, and how it is started."""
