"""`make bench`: measures throughput and cost on this machine, together with baselines in the same run.

One module per question (such as `confirm`, `menu`, `paths`), each in its own process with production settings.
`tests.support.postgres` starts the database server.
"""
