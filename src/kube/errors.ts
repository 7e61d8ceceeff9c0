/** The HTTP status of an error of the Kubernetes client; undefined: it is no answer of the API. */
export function httpStatusOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number'
    ? error.code
    : undefined;
}
