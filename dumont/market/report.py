"""What became of one reading of a cloud, for people and for the record."""

from pydantic import BaseModel, ConfigDict, Field


class Report(BaseModel):
    model_config = ConfigDict(frozen=True)

    provider: str = Field(examples=["vast"])
    fetched: int = Field(0, description="Offers in the answer.", examples=[4210])
    added: int = Field(0, description="Those that are new, or back.", examples=[12])
    updated: int = Field(0, description="Those of which something has changed.", examples=[203])
    gone: int = Field(0, description="Those that are no longer on offer.", examples=[9])
    skipped: int = Field(0, description="Those that could not be read.", examples=[0])
    slices: int = Field(0, description="Parts of GPUs, which are not shown.", examples=[31])
    unnamed: int = Field(0, description="GPUs that no name is known for.", examples=[2])
    complete: bool = Field(False, description="Whether what is missing in the answer is gone.", examples=[True])
    notes: list[str] = Field(default_factory=list, examples=[["2 of 31 regions did not answer"]])
    seconds: float = Field(0, examples=[1.83])
    error_code: str | None = Field(None, examples=["rate_limited"])
    error: str | None = Field(None, examples=["vast asks for a pause."])
