"""The next page of a query, by where the last one ended: as quick on page thousand as on the first."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, tuple_

from dumont.basics.page import Key

S = TypeVar("S", bound=Select[Any])


def newest_first(query: S, at: Any, identity: Any, after: Key | None, limit: int) -> S:
    """One row more than the limit, which tells `page.cut` that there is more."""
    columns: tuple[ColumnElement[Any], ...] = (at, identity)
    if after is not None:
        query = query.where(tuple_(*columns) < after)
    return query.order_by(at.desc(), identity.desc()).limit(limit + 1)
