"""moto in server mode for every test of this folder that asks."""

from moto_account import aws, moto_url

__all__ = ["aws", "moto_url"]
