"""Bad input for every route of the OpenAPI document, against the real server."""
