"""IAM: identity and access, for the platform and for each tenant."""

from actors.iam.card import MODULE

__all__ = ["MODULE"]
