"""Kinds of value that many answers of the market carry, each with its example, so that no document lacks one."""

from typing import Annotated, Literal

from pydantic import Field

Price = Annotated[str, Field(description="US dollars as a decimal, exact to the last figure.", examples=["0.420000"])]
Percent = Annotated[float, Field(examples=[38.5])]
Count = Annotated[int, Field(ge=0, examples=[12])]
Figure = Annotated[float, Field(examples=[24.0])]
Score = Annotated[float, Field(description="0 to 100.", ge=0, le=100, examples=[71.4])]
ModelName = Annotated[str, Field(description="Canonical name of the GPU.", examples=["RTX 4090"])]
ProviderName = Annotated[str, Field(examples=["vast"])]
Text = Annotated[str, Field(examples=["US-CA"])]

Status = Literal["excellent", "good", "fair", "poor", "blacklisted", "unknown"]
Sort = Literal[
    "price",
    "-price",
    "effective_price",
    "-effective_price",
    "g_score",
    "-g_score",
    "reliability",
    "-reliability",
    "vram",
    "-vram",
    "tflops_per_dollar",
    "-tflops_per_dollar",
]
