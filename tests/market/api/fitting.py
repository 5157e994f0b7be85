"""Whether an answer that was made as bytes is what its door declares: every field, of the right kind, and no other."""

from typing import Any

from pydantic import BaseModel


def fits(model: type[BaseModel], answer: Any) -> None:
    assert model.model_validate(answer).model_dump(mode="json") == answer
