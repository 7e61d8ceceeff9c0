import { invalidValue } from './field.ts';
import type { ResourceInfo } from './resources.ts';
import { invalid } from './status.ts';

// apimachinery pkg/util/validation/validation.go
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label1123 = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const label1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** Throws 422 if a name is not of the form that its resource asks for. */
export function checkName(info: ResourceInfo, name: string): void {
  const rule =
    info.resource === 'services'
      ? {
          form: label1035,
          length: 63,
          text: 'a DNS-1035 label must consist of lower case alphanumeric characters or -',
        }
      : info.resource === 'namespaces'
        ? {
            form: label1123,
            length: 63,
            text: "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'",
          }
        : {
            form: subdomain,
            length: 253,
            text: "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'",
          };
  if (name.length <= rule.length && rule.form.test(name)) return;
  const why = name.length > rule.length ? `must be no more than ${rule.length} characters` : rule.text;
  throw invalid(info, name, [invalidValue('metadata.name', name, why)]);
}
