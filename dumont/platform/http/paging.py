"""Long lists by page: what an endpoint takes, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field

from dumont.basics.page import LIMIT_DEFAULT, LIMIT_MAX, Page

Row = TypeVar("Row")
Out = TypeVar("Out")


class Paged(BaseModel, Generic[Out]):
    items: list[Out]
    next_cursor: str | None = Field(
        description="Give it as `cursor` to get the next page; null on the last one.", examples=[None]
    )


@dataclass(frozen=True, slots=True)
class Paging:
    """What page is wanted; `answer` makes the list that is sent, and the `Link` header that leads on."""

    cursor: str | None
    limit: int
    request: Request
    response: Response

    def answer(self, page: Page[Row], shown: Callable[[Row], Out]) -> Paged[Out]:
        if page.next_cursor is not None:
            query = [pair for pair in self.request.query_params.multi_items() if pair[0] != "cursor"]
            self.response.headers["link"] = f'<?{urlencode([*query, ("cursor", page.next_cursor)])}>; rel="next"'
        return Paged(items=[shown(row) for row in page.items], next_cursor=page.next_cursor)


async def _paging(
    request: Request,
    response: Response,
    cursor: Annotated[str | None, Query(description="Where to go on: `next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many at most.")] = LIMIT_DEFAULT,
) -> Paging:
    return Paging(cursor, limit, request, response)


Paginated = Annotated[Paging, Depends(_paging)]
