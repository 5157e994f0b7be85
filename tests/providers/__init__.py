"""The clouds' adapters against simulated clouds, over real HTTP."""
