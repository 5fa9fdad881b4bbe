"""Conditions, orders and places as MongoDB's filters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from actors.kernel.store.contract import Condition, Eq, In, Ne, Order, Place, Words, words_of


def field_name(name: str) -> str:
    return "_id" if name == "id" else name


def criteria_of(place: Place, where: Sequence[Condition]) -> dict[str, Any]:
    clauses: list[dict[str, Any]] = []
    if place.scope is not None:
        clauses.append({"tenant_id": place.scope})
    for condition in where:
        clauses += _clauses(condition)
    if not clauses:
        return {}
    merged: dict[str, Any] = {}
    for clause in clauses:
        if clause.keys() & merged.keys():
            return {"$and": clauses}
        merged.update(clause)
    return merged


def _clauses(condition: Condition) -> list[dict[str, Any]]:
    if isinstance(condition, Words):
        return [{"words": {"$regex": "^" + re.escape(word)}} for word in words_of(condition.text)]
    name = field_name(condition.field)
    if isinstance(condition, Eq):
        return [{name: condition.value}]
    if isinstance(condition, Ne):
        return [{name: {"$ne": condition.value}}]
    if isinstance(condition, In):
        return [{name: {"$in": list(condition.values)}}]
    bounds = {}
    if condition.low is not None:
        bounds["$gte"] = condition.low
    if condition.high is not None:
        bounds["$lt"] = condition.high
    return [{name: bounds or {"$ne": None}}]


def beyond(order: Order, after: tuple[Any, ...]) -> dict[str, Any]:
    """What comes after a position. MongoDB's comparisons stay within one type, so no value is a case of its own."""
    value, id = after
    operator = "$lt" if order.descending else "$gt"
    if order.field == "id":
        return {"_id": {operator: id}}
    name = field_name(order.field)
    same = {name: value, "_id": {operator: id}}
    if value is None:
        return same if order.descending else {"$or": [{name: {"$ne": None}}, same]}
    further: list[dict[str, Any]] = [{name: {operator: value}}, same]
    if order.descending:
        further.append({name: None})
    return {"$or": further}


def of_id(place: Place, id: str) -> dict[str, Any]:
    """The record of this id in the place's scope; an upsert of another scope's id then breaks the index of ids."""
    return {"_id": id} if place.scope is None else {"_id": id, "tenant_id": place.scope}


def of_version(place: Place, id: str, version: int) -> dict[str, Any]:
    return {**of_id(place, id), "version": version}
