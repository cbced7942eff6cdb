"""The control API below `/_sandbox`, with which tests inspect and control the sandbox. README.md describes it."""
