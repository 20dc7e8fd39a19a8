"""Each service's OpenAPI 3.1 and the gateway's, which is all of them under their prefixes; made from the route tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

from contracts.topics import SERVICES
from services.chassis.access import Access
from services.chassis.doorbell import HandBell
from services.chassis.http import create_app
from services.chassis.read_models import InMemoryReadModels
from services.chassis.sealing import Secrets
from services.chassis.service import Parts, Service
from services.chassis.settings import Settings

FOLDER = "contracts/openapi"


def openapi_files() -> Mapping[str, str]:
    """Path → text of every OpenAPI document."""
    documents = {name: _document(import_module(f"services.{name}.app").SERVICE) for name in SERVICES}
    documents["gateway"] = _merged(documents)
    return {
        f"{FOLDER}/{name}.json": json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        for name, document in documents.items()
    }


def _document(service: Service) -> dict[str, Any]:
    """The document of a service that is built on nothing: no route is ever called."""
    nothing = cast("Any", object())
    settings = Settings.from_env({})
    parts = Parts(
        settings=settings,
        secrets=Secrets(b"", b""),
        handler=nothing,
        views={projection.name: InMemoryReadModels() for projection in service.projections},
        moved=HandBell(),
        access_log=nothing,
        import_reports=nothing,
        outbox_depth=nothing,
    )
    built = service.build(parts)
    app = create_app(
        service.name,
        built.routes,
        access=Access(settings.issuer, settings.audience),
        handler=nothing,
        parts={Parts: parts, **built.own},
    )
    return app.openapi()


def _merged(documents: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """One document for frontends: paths under `/<service>`, schemas named `<service>_<name>`."""
    merged: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "chumchon",
            "version": "1",
            "description": "All services, as the gateway serves them.",
        },
        "servers": [{"url": "/"}],
        "paths": {},
        "components": {},
    }
    for name, document in documents.items():
        text = json.dumps(document).replace('"#/components/schemas/', f'"#/components/schemas/{name}_')
        prefixed = json.loads(text)
        merged["paths"] |= {f"/{name}{path}": item for path, item in prefixed["paths"].items()}
        for kind, found in prefixed.get("components", {}).items():
            kept = {f"{name}_{key}": value for key, value in found.items()} if kind == "schemas" else found
            merged["components"].setdefault(kind, {}).update(kept)
    return merged
