"""What one can choose from in a search."""

from pydantic import BaseModel, Field

from dumont.market.schemas.fields import Count


class Facet(BaseModel):
    value: str = Field(description="As the filter takes it.", examples=["RTX 4090"])
    offers: Count = Field(description="How many would fit.")


class Facets(BaseModel):
    """The choice with the most offers first."""

    models: list[Facet]
    providers: list[Facet]
    countries: list[Facet]
