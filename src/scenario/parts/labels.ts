import * as z from 'zod';

/** Kubernetes, "Labels and Selectors": syntax of keys and values (apimachinery pkg/api/validate/content). */
const word = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const anotherKey = 'letters, digits, - _ and ., at most 63, with a domain and a / before it or without';
const aValue = 'letters, digits, - _ and ., at most 63, with a letter or digit at both ends';

function isKey(text: string): boolean {
  const [last, prefix, ...more] = text.split('/').reverse();
  if (more.length > 0 || !word.test(last ?? '')) return false;
  return prefix === undefined || (prefix.length <= 253 && subdomain.test(prefix));
}

/** A label's or taint's value; it may be empty. */
export const labelValue = z
  .string()
  .refine((text) => text === '' || word.test(text), { error: `${aValue}, as Kubernetes wants it` });

/** A label's or taint's key. */
export const labelKey = z.string().refine(isKey, { error: `${anotherKey}, as Kubernetes wants it` });

/** Labels to be selected by. */
export const selector = z.record(z.string(), labelValue).superRefine((labels, context) => {
  for (const key of Object.keys(labels)) {
    if (isKey(key)) continue;
    context.addIssue({
      code: 'custom',
      path: [key],
      params: { what: 'is not a valid name of a Kubernetes label', hint: `it must be ${anotherKey}` },
    });
  }
});

/** What sets these itself would overwrite them, or find its nodes by them no more. */
const taken = ['midflight.dev/', 'kubernetes.io/hostname', 'node-role.kubernetes.io/'];

/** Labels for the nodes of a pool. */
export const labels = selector.superRefine((all, context) => {
  for (const key of Object.keys(all)) {
    if (!taken.some((one) => key.startsWith(one))) continue;
    context.addIssue({
      code: 'custom',
      path: [key],
      params: { what: 'is a label that midflight or Kubernetes sets itself', hint: 'use a name of your own' },
    });
  }
});

/** The node controller sets and removes these. */
export const taintKey = labelKey.refine((key) => !key.startsWith('node.kubernetes.io/'), {
  error: "a name of your own: Kubernetes' node controller sets and removes those of node.kubernetes.io",
});
