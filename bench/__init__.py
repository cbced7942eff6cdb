"""`make bench`: how fast it is, measured on this machine beside peers that run in the same minutes.

One file per question (`confirm`, `menu`, `orm`), each a process of its own with the settings of a production server.
The database server comes from `tests.support.postgres`: one way in this checkout to start one and to take it away.
"""
