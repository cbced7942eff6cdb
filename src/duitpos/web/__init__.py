"""Request handling that all entry points share: middleware, access, limits, forms. Their look is in `ui`."""
