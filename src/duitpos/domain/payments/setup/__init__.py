"""How a restaurant sets up what it takes payment with."""
