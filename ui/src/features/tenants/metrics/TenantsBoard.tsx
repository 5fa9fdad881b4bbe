export function TenantsBoard() {
  return null;
}
