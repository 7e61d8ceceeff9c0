/**
 * Milliseconds since 1970 of a time as the Kubernetes client gives it; NaN: none. The client (1.4.0) leaves a MicroTime
 * the string that the API sent, whatever its declared type.
 */
export function timeOf(value: Date | string | null | undefined): number {
  if (value === null || value === undefined) return Number.NaN;
  return value instanceof Date ? value.getTime() : Date.parse(value);
}
