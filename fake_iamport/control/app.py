"""The control API as a Starlette application, with the descriptions of both APIs."""

import asyncio
from collections.abc import Awaitable, Callable, Set

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fake_iamport.control.declaration import (
    ControlError,
    ControlRoute,
    Download,
    control_routes,
    convert,
    names_of_lists,
)
from fake_iamport.control.local_files import refuse_local_files
from fake_iamport.emulator import Emulator
from fake_iamport.errors import BodyTooLarge
from fake_iamport.openapi import api_document, control_document
from fake_iamport.seed.world import WorldError
from fake_iamport.suggestions import did_you_mean
from fake_iamport.wire.bodies import ClientGone, exact_json, read_body

__all__ = ["create_control_app"]

_LARGEST_BODY = 256 * 1024 * 1024
"""Bytes of the largest body that is read: the snapshot of a large world."""

_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=dict)


def create_control_app(emulator: Emulator) -> Starlette:
    """Make the control API of ``emulator``."""
    routes = [
        Route(f"/_fake{route.path}", _endpoint(route, emulator), methods=[route.method])
        for route in control_routes()
    ]
    routes.append(Route("/_fake/openapi.json", _describe_control))
    routes.append(Route("/openapi.json", _describe_api))
    application = Starlette(
        routes=routes,
        exception_handlers={
            ControlError: _refuse,
            WorldError: _refuse,
            HTTPException: _refuse_path,
        },
    )
    application.router.redirect_slashes = False
    return application


def _endpoint(route: ControlRoute, emulator: Emulator) -> Callable[[Request], Awaitable[Response]]:
    lists = names_of_lists(route.inputs)

    async def endpoint(request: Request) -> Response:
        body = await _body(request)
        given = _inputs(body) if route.document is None else {route.document: body}
        values = {**_query(request, lists), **given, **request.path_params}
        refuse_local_files(emulator, values)
        try:
            result = await route.function(emulator, convert(route.inputs, values))
        except asyncio.CancelledError:
            raise ControlError("the emulator is stopping", status=503) from None
        if isinstance(result, Download):
            return Response(result.content, media_type=result.media_type)
        return _json(result, route.status)

    return endpoint


def _query(request: Request, lists: Set[str]) -> dict[str, object]:
    given = request.query_params
    return {name: given.getlist(name) if name in lists else given[name] for name in given}


async def _body(request: Request) -> bytes:
    try:
        return await read_body(request.receive, None, _LARGEST_BODY)
    except BodyTooLarge as error:
        raise ControlError(error.message, status=error.status) from None
    except ClientGone:
        raise ControlError("the caller left before its body was here") from None


def _inputs(body: bytes) -> dict[str, object]:
    if not body:
        return {}
    try:
        value = exact_json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ControlError(f"the body is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise ControlError("the body must be a JSON object")
    return value


async def _refuse(_: Request, error: Exception) -> Response:
    told: dict[str, object] = {"field": getattr(error, "field", None), "message": str(error)}
    if isinstance(error, ControlError) and error.line is not None:
        told |= {"line": error.line, "column": error.column}
    return _json({"error": told}, getattr(error, "status", 400))


async def _refuse_path(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    path = request.url.path
    if status == 405:
        allowed = _methods(request)
        told = f"{path} does not take {request.method}; it takes {' and '.join(allowed)}"
        answer = _json({"error": {"field": None, "message": told}}, status)
        answer.headers["Allow"] = ", ".join(allowed)
        return answer
    paths = [f"/_fake{route.path}" for route in control_routes()]
    message = (
        f"the control API has no {path}{did_you_mean(path, paths)}"
        "; /_fake/openapi.json describes it"
    )
    return _json({"error": {"field": None, "message": message}}, status)


def _methods(request: Request) -> list[str]:
    """What the path takes."""
    routes = (route for route in request.app.routes if isinstance(route, Route))
    at_path = (route for route in routes if route.path_regex.match(request.scope["path"]))
    return sorted({method for route in at_path for method in route.methods or ()} - {"HEAD"})


async def _describe_control(_: Request) -> Response:
    return _json(control_document(), 200)


async def _describe_api(_: Request) -> Response:
    return _json(api_document(), 200)


def _json(value: object, status: int) -> Response:
    body = _encoder.encode(value)
    return Response(body, status_code=status, media_type="application/json")
