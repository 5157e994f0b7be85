"""One page of a list as an answer: the rows, the cursor of the next page, and the same as a `Link` header."""

from typing import Generic, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel, Field

from dumont.basics.page import Page

T = TypeVar("T")


class Paged(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: str | None = Field(None, description="Send it as `cursor` for the next page; null on the last one.")


def paged(request: Request, response: Response, page: Page[T]) -> Paged[T]:
    if page.next_cursor is not None:
        url = request.url.include_query_params(cursor=page.next_cursor)
        response.headers["link"] = f'<{url.path}?{url.query}>; rel="next"'
    return Paged(items=list(page.items), next_cursor=page.next_cursor)
