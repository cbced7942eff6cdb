"""`make bench`: how fast it is, measured on this machine beside peers that run in the same minutes.

One file per question (`confirm`, `menu`), each a process of its own with the settings of a production server.
"""
