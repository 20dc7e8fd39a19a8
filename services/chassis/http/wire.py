"""What the server says to bytes that are no HTTP request: a problem document as well, and not the server's own words."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from services.chassis.http.answers import answer
from services.chassis.http.headers import correlation_id
from services.chassis.problems import Problem
from services.chassis.problems.catalogue import REQUEST_UNREADABLE


class Wire(HttpToolsProtocol):
    """uvicorn's protocol. Letters in an address that are not percent-encoded are what is mostly met."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own words
        """Answer, in the language of the headers that were read by then, and hang up."""
        given = list(getattr(self, "headers", None) or ())
        correlation = correlation_id(dict(given))
        response = answer(
            Problem(REQUEST_UNREADABLE), {"headers": given, "chumchon.correlation_id": correlation}
        )
        heads = [
            *response.raw_headers,
            (b"x-correlation-id", correlation.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"connection", b"close"),
        ]
        lines = b"".join(b"%b: %b\r\n" % head for head in heads)
        self.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[400], lines, bytes(response.body)))
        self.transport.close()
