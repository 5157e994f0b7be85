"""An object store of one's own by S3's protocol, from a folder on disk: for tests, benches and the demo."""
