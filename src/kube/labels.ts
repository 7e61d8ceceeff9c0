/** Whether labels hold every one of those that are wanted, as a nodeSelector or matchLabels asks. */
export const hasLabels = (
  wanted: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
): boolean => Object.entries(wanted).every(([key, value]) => labels[key] === value);

/** A Service's selector as the API's `labelSelector` takes it: `app=web,tier=front`. */
export const labelSelectorText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
