"""The page a person looks at."""

from starlette.routing import Route

from stripe_sandbox.sandbox import Sandbox


class Dashboard:
    def __init__(self, sandbox: Sandbox, anywhere: bool) -> None:
        self._sandbox, self._anywhere = sandbox, anywhere

    def routes(self) -> list[Route]:
        return []
