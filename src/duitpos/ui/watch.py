"""The script that says when a live page is not live any more.

It is part of the page, because it must run where no other script arrives; the policy allows it by its hash.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

SCRIPT = (Path(__file__).parent / "static" / "ui" / "watch.js").read_text(encoding="utf-8")
HASH = "sha256-" + b64encode(sha256(SCRIPT.encode()).digest()).decode()
