"""For the person who hosts DuitPOS: start-up checks, the web server, health checks."""
