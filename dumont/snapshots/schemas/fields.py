"""Fields that many answers about snapshots have."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from pydantic import Field, PlainSerializer, StringConstraints

from dumont.platform.http.fields import PRINTABLE

Bytes = Annotated[int, Field(ge=0, le=2**62, examples=[7_100_000_000])]
Count = Annotated[int, Field(ge=0, le=2**62, examples=[53_668])]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False, examples=[12.4])]
Ratio = Annotated[float | None, Field(description="Null where it is not known.", examples=[1.63])]
Money = Annotated[
    Decimal | None,
    Field(description="US dollars; null where it is not known.", examples=["0.065250"]),
    PlainSerializer(lambda value: None if value is None else f"{value:f}", return_type=str | None),
]
ManifestName = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Label = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PRINTABLE),
    Field(examples=["training-box"]),
]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=PRINTABLE)]
FilePath = Annotated[str, StringConstraints(max_length=4096, pattern=r"^[^\x00]*$"), Field(examples=["/workspace"])]

SnapshotPath = Annotated[UUID, Path(description="The snapshot.")]
TeamQuery = Annotated[UUID | None, Query(description="Of this team of yours; else your own.")]
PathQuery = Annotated[
    str,
    Query(
        max_length=8192,
        pattern=r"^[^\x00]*$",
        description="Below the snapshot's root, as the list of files writes it; empty is the root.",
    ),
]
