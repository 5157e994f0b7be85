"""The snapshot engine: keeps folders in an object store and puts them back fast; knows nothing of the server."""
