"""The control API below `/_sandbox`, with which tests look at the sandbox and steer it. README.md describes it."""
