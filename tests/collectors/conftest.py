"""moto in server mode for every test of this folder that asks."""

from moto_account import aws, moto_url
from shapes import shapes_are_kept

__all__ = ["aws", "moto_url", "shapes_are_kept"]
