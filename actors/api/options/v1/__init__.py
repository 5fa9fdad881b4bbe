# Generated from protos/ by `make generate`; do not edit.
"""The messages, enums and services of atrium.options.v1."""

from .options_pb2 import ACCESS_FIELD_NUMBER, AUDIT_FIELD_NUMBER, Access, Audit, RATE_CLASS_FIELD_NUMBER, RATE_CLASS_PUBLIC, RATE_CLASS_SIGN_IN, RATE_CLASS_UNSPECIFIED, REALM_PLATFORM, REALM_TENANT, REALM_UNSPECIFIED, REVOKES_FIELD_NUMBER, RateClass, Realm, TENANT_FIELD_NUMBER, access, audit, rate_class, revokes, tenant

__all__ = ['ACCESS_FIELD_NUMBER', 'AUDIT_FIELD_NUMBER', 'Access', 'Audit', 'RATE_CLASS_FIELD_NUMBER', 'RATE_CLASS_PUBLIC', 'RATE_CLASS_SIGN_IN', 'RATE_CLASS_UNSPECIFIED', 'REALM_PLATFORM', 'REALM_TENANT', 'REALM_UNSPECIFIED', 'REVOKES_FIELD_NUMBER', 'RateClass', 'Realm', 'TENANT_FIELD_NUMBER', 'access', 'audit', 'rate_class', 'revokes', 'tenant']
