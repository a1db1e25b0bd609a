"""接口文档: the OpenAPI document made from what the routes say of themselves, and a page to read it."""

import re
from typing import Any

from flask import Flask, current_app, render_template
from pydantic import BaseModel
from werkzeug.routing import Rule

from field.api.describe import Description, Shape, describe
from field.registry.rights import HOLDERS, Right

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")
FORMATS: dict[str, dict[str, str]] = {
    "id": {"type": "string", "format": "uuid"},
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document of every described route."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {"Problem": PROBLEM}
    for rule in sorted(app.url_map.iter_rules(), key=str):
        said = getattr(app.view_functions[rule.endpoint], "description", None)
        if said is None:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(_path(rule), {})[method.lower()] = _operation(rule, method, said, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "田野 Field", "version": "1", "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "field_session"},
            },
        },
    }


def register(app: Flask) -> None:
    """Serve the document and its page."""

    @app.get("/api/openapi.json")
    @describe(Right.PUBLIC, "接口文档", {200: "OpenAPI 3.1"})
    def openapi_json() -> dict[str, Any]:
        return document(current_app)

    @app.get("/api/docs")
    @describe(Right.PUBLIC, "接口文档网页", {200: "网页"})
    def openapi_page() -> str:
        return render_template("docs.html", document=document(current_app))


def _operation(rule: Rule, method: str, said: Description, schemas: dict[str, Any]) -> dict[str, Any]:
    holders = "、".join(role.label for role in sorted(HOLDERS.get(said.right, ()), key=str))
    operation: dict[str, Any] = {
        "operationId": f"{method.lower()}_{rule.endpoint.replace('.', '_')}",
        "summary": said.summary,
        "description": f"可以使用：{holders}" if holders else "所有人",
        "parameters": [*_in_path(rule), *_in_query(said, schemas)],
        "responses": {
            **{str(status): _answer(shape, schemas) for status, shape in said.answers.items()},
            "default": {"description": "出错", "content": {"application/problem+json": _of("Problem")}},
        },
    }
    if said.right is not Right.PUBLIC:
        operation["security"] = [{"token": []}, {"cookie": []}]
    if said.body is not None:
        content = {"application/json": {"schema": _schema(said.body, schemas)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _path(rule: Rule) -> str:
    return PLACE.sub(r"{\2}", rule.rule)


def _in_path(rule: Rule) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": FORMATS.get(kind, {"type": "string"})}
        for kind, name in PLACE.findall(rule.rule)
    ]


def _in_query(said: Description, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    if said.query is None:
        return []
    shape = _inline(said.query, schemas)
    needed = shape.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": schema}
        for name, schema in shape["properties"].items()
    ]


def _answer(shape: Shape | str, schemas: dict[str, Any]) -> dict[str, Any]:
    if isinstance(shape, str):
        return {"description": shape}
    return {"description": "成功", "content": {"application/json": {"schema": _schema(shape, schemas)}}}


def _schema(shape: Shape, schemas: dict[str, Any]) -> dict[str, Any]:
    if isinstance(shape, dict):
        return _visit(shape, schemas)
    schemas[shape.__name__] = _inline(shape, schemas)
    return _ref(shape.__name__)


def _inline(shape: type[BaseModel], schemas: dict[str, Any]) -> dict[str, Any]:
    schema = shape.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas |= schema.pop("$defs", {})
    return schema


def _visit(definition: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """A visit's (or revisit's) own JSON Schema with its definitions moved among the document's."""
    left_out = ("$defs", "$schema", "$id", "x-words", "x-asked")
    inner = {key: value for key, value in definition.items() if key not in left_out}
    schemas |= _moved(definition["$defs"])
    name = definition["$id"].split(":")[2].title()
    schemas[name] = _moved(inner)
    return _ref(name)


def _moved(node: Any) -> Any:
    if isinstance(node, list):
        return [_moved(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: value.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _moved(value)
        for key, value in node.items()
    }


def _of(name: str) -> dict[str, Any]:
    return {"schema": _ref(name)}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
