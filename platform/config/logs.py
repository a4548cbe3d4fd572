"""Logs as data: JSON in production, readable elsewhere, with the ids that structlog's context carries."""

from __future__ import annotations

import logging.config
import re
from typing import TYPE_CHECKING, Any

import structlog
from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

# Anchored at the start of a word: tried at each letter, a long URL would take time quadratic in its length.
EMAIL = re.compile(r"(?<![^\s@\"'<>(),;:])[^\s@\"'<>(),;:]+@[^\s@\"'<>(),;:]+")
# Django attaches the request to its lines; written out, that reveals the query string, such as an OAuth code.
# Celery attaches "data": the exception and its traceback once more, and the arguments of the task.
NEVER_LOGGED = frozenset({"request", "data"})
# Links sent by e-mail carry their secret in the path.
SECRET_LINK = re.compile(r"(/(?:invitations|confirm-email|password/reset/key)/)[^/\s?]+")
TOKEN = re.compile(r"(?i)(bearer\s+|pat-\w\w\d-)[\w\-.~+/]+=*")

# They log every success, every few seconds; failures they log as warnings and errors.
TALKATIVE = ("celery.app.trace", "celery.beat", "celery.worker.strategy", "django.server")


def without_personal_data(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """No e-mail address and no token reaches a log, whoever wrote the line."""
    return {key: _cleaned(value) for key, value in event.items() if key not in NEVER_LOGGED}


def without_tracebacks_of_refusals(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A refusal is an answer, not a fault: one line is enough."""
    match event.get("exc_info"):
        case (_, PermissionDenied(), _):
            del event["exc_info"]
    return event


def _cleaned(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return SECRET_LINK.sub(r"\1[token]", TOKEN.sub("[token]", EMAIL.sub("[e-mail]", value)))


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_tracebacks_of_refusals,
    structlog.processors.format_exc_info,
    without_personal_data,
]


def configure_logs(*, json: bool, level: str) -> None:
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": SHARED,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                **{name: {"level": "WARNING"} for name in TALKATIVE},
                # Its warnings quote the statement, and with it the addresses that people search for.
                "sqlglot": {"level": "ERROR"},
            },
        }
    )
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
