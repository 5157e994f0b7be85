"""What the conformance suite needs to know of each cloud: one module a cloud, named as in the registry.

To add one, write `tests/providers/profiles/<registry name>.py` (`lambda_cloud.py` for lambda) with one `PROFILE`:

    from tests.providers.profile import Profile

    PROFILE = Profile(
        credentials={"api_key": "sim-key"},     # as `Kind.credentials` names them; what `SETUP.key` lets in
        search="POST /vast/api/v0/bundles",     # part of `METHOD /path`, prefix included, for faults on each call
        create="PUT /vast/api/v0/asks",
        listing="GET /vast/api/v1/instances",
        destroy="DELETE /vast/api/v0/instances",
        ...
    )

Leave out what the cloud has not: the suite skips nothing in silence, it then expects `Unsupported` with a reason, as
`Kind.can` says. A cloud without a module here fails the suite unless `Kind.disabled` says why it can't be used.
"""
