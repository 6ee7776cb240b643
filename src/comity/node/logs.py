"""Log events as JSON lines on standard error, without personal data.

An event is a name and a few facts.  Facts pass only if their key is on the list below; whatever else is handed over is
named under ``withheld`` and its value dropped.  Libraries' messages are free text, so of them only the logger, the
level and the place of an exception pass, never the words.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

ALLOWED_KEYS: Final = frozenset(
    {
        "event", "level", "time", "logger",
        # who, of machines and organisations only
        "node", "peer", "channel", "agreement", "authority", "area",
        # what
        "record", "type", "kind", "clause", "journal", "index", "size", "digest", "alarm", "disposition", "state",
        "command", "version", "backend", "signal", "worker",
        # how much, how long, how it ended
        "bytes", "count", "records", "batches", "attempt", "queued", "duration_ms", "retry_in_s", "lag_s", "skew_s",
        "status", "method", "route", "error", "places",
    }
)  # fmt: skip
"""Every key that may appear in the log.  None of them can hold a name, a text or an address of a person."""

_LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_MAX_PLACES: Final = 12

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def set_up(level: str = "info", *, to: TextIO | None = None) -> None:
    """Send the node's and the libraries' events of ``level`` and above to ``to`` (standard error)."""
    stream = to or sys.stderr
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            _exception_places,
            withhold,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    logging.root.handlers[:] = [_Foreign()]
    logging.root.setLevel(max(_LEVELS[level], logging.INFO))
    # A line for every message to a partner says nothing that comity status does not say better.
    logging.getLogger("httpx").setLevel(logging.WARNING)


def withhold(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every fact whose key is not on the list, and say which."""
    others = sorted(key for key in event if key not in ALLOWED_KEYS)
    for key in others:
        del event[key]
    if others:
        event["withheld"] = others
    return event


def _exception_places(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its type and the places it came through: its text may hold what must not be logged."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    elif isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[0]:
        event.update(_places(info))
    return event


def _places(info: ExcInfo) -> dict[str, Any]:
    frames = traceback.extract_tb(info[2])[-_MAX_PLACES:]
    return {
        "error": info[0].__name__,
        "places": [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
    }


class _Foreign(logging.Handler):
    """Pass on that a library said something, and where, without its words."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record's logger, level and exception."""
        facts: dict[str, Any] = {"logger": record.name}
        if record.exc_info and record.exc_info[0]:
            facts |= _places(record.exc_info)
        else:
            facts["places"] = [f"{record.filename}:{record.lineno} {record.funcName}"]
        name = "error" if record.levelno >= logging.ERROR else record.levelname.lower()
        method = getattr(structlog.get_logger(), name if name in _LEVELS else "info")
        method("library", **facts)
