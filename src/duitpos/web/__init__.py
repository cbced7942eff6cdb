"""What entry points share in handling a request: middleware, access, limits, forms. How pages look is in `ui`."""
