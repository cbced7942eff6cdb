"""Takes the pictures of the README and of the user guide from the real pages of a demo."""
