"""Everything an engine can raise. No message contains a data value."""

from __future__ import annotations


class EngineError(Exception):
    """The engine could not do what it was asked."""


class EngineTimeoutError(EngineError):
    """The session's time ran out."""


class EngineInterruptedError(EngineError):
    """Someone cancelled the statement."""


class EngineMemoryError(EngineError):
    """The session's memory ran out."""


class EngineRefusedError(EngineError):
    """The statement tried to access something outside the session."""


class EngineQueryError(EngineError):
    """The query itself is at fault: an unknown name, types that do not fit, a value that can't be converted."""


class UnknownFunctionError(EngineQueryError):
    """The query uses a function that is not in `engine.functions`."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"The function {name} is not available. Use one of the functions in the list.")
