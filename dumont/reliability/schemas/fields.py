"""Fields that many answers about machines have."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field, StringConstraints

from dumont.basics.machine_key import MACHINE_ID
from dumont.platform.http.fields import PRINTABLE

ProviderName = Annotated[str, Field(examples=["vast"])]
MachineId = Annotated[str, Field(description="The provider's own id of the machine.", examples=["12345"])]
Key = Annotated[str, Field(description="`provider:machine_id`.", examples=["vast:12345"])]
Count = Annotated[int, Field(ge=0, examples=[7])]
Percentage = Annotated[float | None, Field(description="0 to 100; null where nothing is known.", examples=[87.5])]
Seconds = Annotated[float | None, Field(examples=[41.2])]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=PRINTABLE)]

ProviderPath = Annotated[str, Path(max_length=40, description="Name of a cloud.", examples=["vast"])]
MachinePath = Annotated[
    str,
    Path(max_length=200, pattern=f"^{MACHINE_ID.pattern}$", description="Its own id there.", examples=["12345"]),
]
ProviderFilter = Annotated[str | None, Query(max_length=40, description="Of this cloud alone.")]
MachineName = Annotated[
    str,
    Path(
        max_length=240,
        pattern=f"^{MACHINE_ID.pattern}$",
        description="`provider:machine_id`, or the id alone where only one machine has it.",
        examples=["vast:12345"],
    ),
]
