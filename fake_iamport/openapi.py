"""OpenAPI 3.1 documents of what is served, made from the declarations."""

import typing
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import msgspec

from fake_iamport import __version__
from fake_iamport.control.declaration import ControlRoute, Download, control_routes
from fake_iamport.errors import (
    ApiError,
    BadRequest,
    BodyTooLarge,
    MissingParameters,
    Unauthorized,
    UnreadableContentType,
)
from fake_iamport.operations import operations
from fake_iamport.operations.declaration import Access, Operation, PartlyFound

__all__ = ["api_document", "control_document"]

_REFERENCE = "#/components/schemas/{name}"
_IN_QUERY = frozenset({"GET", "DELETE"})
_FORMS = ("application/json", "application/x-www-form-urlencoded")
_DOCUMENTS = ("application/yaml", "application/json")
_ALWAYS: tuple[type[ApiError], ...] = (BadRequest,)
_WITH_BODY: tuple[type[ApiError], ...] = (BodyTooLarge, UnreadableContentType)
_FAILED_ENVELOPE = {
    "type": "object",
    "required": ["code", "message", "response"],
    "properties": {
        "code": {"enum": [1, -1]},
        "message": {"type": "string"},
        "response": {"type": "null"},
    },
}
_CONTROL_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["field", "message"],
            "properties": {
                "field": {"type": ["string", "null"]},
                "message": {"type": "string"},
                "line": {"type": "integer"},
                "column": {"type": "integer"},
            },
        }
    },
}
_FILE = {"description": "A file.", "content": {"*/*": {"schema": {}}}}

_Schema = dict[str, Any]


@cache
def api_document() -> Mapping[str, Any]:
    """Describe the emulated operations."""
    declared = list(operations().values())
    schemas, components = _schemas(
        [operation.parameters for operation in declared]
        + [_result(operation) for operation in declared]
    )
    paths: dict[str, dict[str, Any]] = {}
    for number, operation in enumerate(declared):
        parameters, result = schemas[number], schemas[len(declared) + number]
        for path in operation.paths:
            item = paths.setdefault(path, {})
            item[operation.method.lower()] = _operation_item(
                operation, path, _fields(parameters, components), result
            )
    components["Failed"] = _FAILED_ENVELOPE
    return _document(
        "fake-iamport",
        "The i'mport V1 REST API as this emulator serves it. Refusals come with HTTP 200 and a code "
        "other than 0; a declined charge with code 0 and status failed.",
        paths,
        components,
        security={
            "token": {"type": "apiKey", "in": "header", "name": "Authorization"},
        },
    )


@cache
def control_document() -> Mapping[str, Any]:
    """Describe the control API."""
    routes = control_routes()
    schemas, components = _schemas(
        [route.inputs for route in routes] + [_shown_result(route) for route in routes]
    )
    paths: dict[str, dict[str, Any]] = {}
    for number, route in enumerate(routes):
        inputs, result = schemas[number], schemas[len(routes) + number]
        item = paths.setdefault(f"/_fake{route.path}", {})
        item[route.method.lower()] = _control_item(route, _fields(inputs, components), result)
    components["Error"] = _CONTROL_ERROR
    return _document(
        "fake-iamport control API",
        "What tests and QA steer the emulator with; no part of the emulated API.",
        paths,
        components,
    )


def _document(
    title: str,
    description: str,
    paths: Mapping[str, Any],
    components: Mapping[str, Any],
    security: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    document: _Schema = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": __version__, "description": description},
        "paths": paths,
        "components": {"schemas": components},
    }
    if security:
        document["components"]["securitySchemes"] = security
    return document


def _operation_item(operation: Operation, path: str, fields: _Schema, result: _Schema) -> _Schema:
    official = path == operation.path
    item: _Schema = {
        "operationId": operation.operation_id + ("" if official else "_short"),
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        **_inputs(operation.method, path, fields, _FORMS),
        "responses": _responses(operation, result),
    }
    if operation.access is Access.TOKEN:
        item["security"] = [{"token": []}]
    return item


def _control_item(route: ControlRoute, fields: _Schema, result: _Schema) -> _Schema:
    is_file = route.result is Download
    inputs = _inputs(route.method, route.path, fields, _FORMS[:1], list_suffix="")
    if route.document is not None:
        document = fields["properties"][route.document]
        described = {"description": document["description"]}
        inputs["requestBody"] = {
            "content": {media_type: {"schema": described} for media_type in _DOCUMENTS}
        }
    return {
        "operationId": route.name,
        "description": route.description,
        **inputs,
        "responses": {
            str(route.status): _FILE if is_file else _response("Done.", result),
            "4XX": _response(
                "What was wrong, where, and what was expected.",
                {"$ref": _REFERENCE.format(name="Error")},
            ),
        },
    }


def _shown_result(route: ControlRoute) -> Any:
    return Any if route.result is Download else route.result


def _inputs(
    method: str,
    path: str,
    fields: _Schema,
    media_types: Iterable[str],
    *,
    list_suffix: str = "[]",
) -> _Schema:
    properties: _Schema = fields.get("properties", {})
    required = set(fields.get("required", ()))
    in_path = [name for name in properties if f"{{{name}}}" in path]
    others = {name: schema for name, schema in properties.items() if name not in in_path}
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": properties[name]}
        for name in in_path
    ]
    if method in _IN_QUERY:
        parameters += [
            _query_parameter(name, schema, required, list_suffix) for name, schema in others.items()
        ]
        return {"parameters": parameters}
    body = {
        "type": "object",
        "properties": others,
        "required": sorted(required & others.keys()),
    }
    content = {media_type: {"schema": body} for media_type in media_types}
    return {
        "parameters": parameters,
        "requestBody": {"required": bool(body["required"]), "content": content},
    }


def _query_parameter(name: str, schema: _Schema, required: set[str], list_suffix: str) -> _Schema:
    if schema.get("type") == "array":
        name_in_query = f"{name}{list_suffix}"
        return {
            "name": name_in_query,
            "in": "query",
            "required": name in required,
            "schema": schema,
            "style": "form",
            "explode": True,
        }
    parameter: _Schema = {
        "name": name,
        "in": "query",
        "required": name in required,
        "schema": schema,
    }
    if any(option.get("type") == "object" for option in schema.get("anyOf", ())):
        parameter |= {"style": "deepObject", "explode": True}
    return parameter


def _responses(operation: Operation, result: _Schema) -> _Schema:
    succeeded = {
        "type": "object",
        "required": ["code", "message", "response"],
        "properties": {
            "code": {"const": 0},
            "message": {"type": "null"},
            "response": result,
        },
    }
    failed = {"$ref": _REFERENCE.format(name="Failed")}
    refusals = _refusals(operation)
    refused_with_200 = any(error.status == 200 for error in refusals)
    responses: _Schema = {
        "200": _response(
            "Done, or refused with a code other than 0." if refused_with_200 else "Done.",
            {"anyOf": [succeeded, failed]} if refused_with_200 else succeeded,
        )
    }
    if _partly(operation.result):
        responses["207"] = _response("Some of several were found.", succeeded)
    for error in refusals:
        if error.status != 200:
            description = (error.__doc__ or "").partition("\n")[0]
            responses.setdefault(str(error.status), _response(description, failed))
    return responses


def _refusals(operation: Operation) -> list[type[ApiError]]:
    errors = [*operation.raises, MissingParameters, *_ALWAYS]
    if operation.access is Access.TOKEN:
        errors.append(Unauthorized)
    if operation.method not in _IN_QUERY or operation.method == "DELETE":
        errors += _WITH_BODY
    return errors


def _response(description: str, schema: _Schema) -> _Schema:
    return {
        "description": description,
        "content": {"application/json": {"schema": schema}},
    }


def _partly(result: Any) -> bool:
    return any(typing.get_origin(member) is PartlyFound for member in typing.get_args(result))


def _result(operation: Operation) -> Any:
    if not _partly(operation.result):
        return operation.result
    return next(
        member
        for member in typing.get_args(operation.result)
        if typing.get_origin(member) is not PartlyFound
    )


def _schemas(types: Iterable[Any]) -> tuple[list[_Schema], dict[str, Any]]:
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    exact = [_with_exact_numbers(schema) for schema in schemas]
    return exact, {name: _with_exact_numbers(schema) for name, schema in components.items()}


def _with_exact_numbers(schema: Any) -> Any:
    """Exact decimals travel as JSON numbers here, not as msgspec's usual text."""
    if isinstance(schema, list):
        return [_with_exact_numbers(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        rest = {key: value for key, value in schema.items() if key not in ("type", "format")}
        return {"type": "number", **rest}
    return {key: _with_exact_numbers(value) for key, value in schema.items()}


def _fields(schema: _Schema, components: Mapping[str, Any]) -> _Schema:
    reference: str | None = schema.get("$ref")
    resolved: _Schema = components[reference.rpartition("/")[2]] if reference else schema
    return resolved
