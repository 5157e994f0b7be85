"""All SQL of the market; prices leave it as whole micro-dollars, which are exact and quick to compare."""
