"""A whole example of a body, put together from the examples that its fields carry, so that none is written twice."""

from typing import Any, cast

Schema = dict[str, Any]
OF_FORMAT = {
    "uuid": "0190a2c4-6d1e-7b3f-8a55-0c9d4e2f1b60",
    "date-time": "2026-07-01T12:00:00Z",
}


class NoExample(LookupError):
    """A field from whose kind alone nobody could guess a value: give it `examples`."""


def example_of(schema: Schema, components: dict[str, Schema], at: str = "body") -> Any:
    for word in ("examples", "enum"):
        if word in schema:
            return schema[word][0]
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return example_of(components[name], components, name)
    for word in ("const", "default"):
        if word in schema:
            return schema[word]
    for word in ("anyOf", "allOf"):
        if word in schema:
            return example_of(schema[word][0], components, at)
    return _by_kind(schema, components, at)


def _by_kind(schema: Schema, components: dict[str, Schema], at: str) -> Any:
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        fields = cast(dict[str, Schema], schema["properties"])
        return {name: example_of(field, components, f"{at}.{name}") for name, field in fields.items()}
    if kind == "array":
        return [example_of(schema["items"], components, at)]
    if kind == "boolean":
        return False
    if schema.get("format") in OF_FORMAT:
        return OF_FORMAT[schema["format"]]
    raise NoExample(at)
