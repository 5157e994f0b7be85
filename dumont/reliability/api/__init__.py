"""The doors of reliability, one router each."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
