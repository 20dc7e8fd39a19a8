"""Desk sessions: a sealed cookie that every service reads as it reads a bearer token; `login` is the part of one service."""

from __future__ import annotations

from services.chassis.session.forgery import FIELD as CSRF_FIELD
from services.chassis.session.sessions import Session, Sessions, session_of

__all__ = ["CSRF_FIELD", "Session", "Sessions", "session_of"]
