export function TenantActivityPage() {
  return null;
}
