/**
 * Slugs that the platform refuses as parts of its own addresses. The contract does not carry them, so they are
 * written here again; a test of the whole (`tests/ui/test_tenants.py`) holds them to those of the platform.
 */
export const RESERVED_SLUGS: ReadonlySet<string> = new Set(
  (
    "admin api app assets auth billing blog dashboard docs help internal login mail master master-admin platform " +
    "public root setup signup static status support system tenant tenants well-known www"
  ).split(" "),
);
