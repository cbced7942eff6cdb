"""What a restaurant takes payment with, set up by its owner: payment types, processor accounts, their keys."""
