import { hasLabels } from '../../../kube/labels.ts';
import { valueAt } from './json.ts';
import type { KubeObject, LabelSelector, Resource, SelectorExpression } from './kinds.ts';
import { badRequest } from './status.ts';

type Labels = Readonly<Record<string, string>>;

/** One requirement on a set of names and values, be they labels or node fields. */
export function meets(labels: Labels, { key, operator, values = [] }: SelectorExpression): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn': // also if the key is missing (apimachinery pkg/labels/selector.go)
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

/** A LabelSelector of an object's spec; without one nothing matches, an empty one matches everything. */
export function selects(selector: LabelSelector | undefined, labels: Labels = {}): boolean {
  if (selector === undefined) return false;
  return (
    hasLabels(selector.matchLabels ?? {}, labels) &&
    (selector.matchExpressions ?? []).every((expression) => meets(labels, expression))
  );
}

const setBased = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/;
const comparison = /^([^\s!=<>]+)\s*(==|=|!=|>|<)\s*([^\s=!<>]*)$/;
const existence = /^(!?)\s*([^\s!=<>(),]+)$/;
const operators = { '=': 'In', '==': 'In', '!=': 'NotIn', '>': 'Gt', '<': 'Lt' } as const;

/** The labelSelector of a query: `a=b,c!=d,e in (f,g),h,!i`. Throws 400 if it cannot be read. */
export function parseLabelSelector(text: string): SelectorExpression[] {
  if (text.trim() === '') return [];
  return text.split(/,(?![^(]*\))/).map((part) => {
    const term = part.trim();
    const set = setBased.exec(term);
    if (set) {
      const values = (set[3] ?? '').split(',').map((value) => value.trim());
      return { key: set[1] ?? '', operator: set[2] === 'in' ? 'In' : 'NotIn', values };
    }
    const compare = comparison.exec(term);
    if (compare) {
      const operator = Object.entries(operators).find(([sign]) => sign === compare[2])?.[1] ?? 'In';
      return { key: compare[1] ?? '', operator, values: [compare[3] ?? ''] };
    }
    const exists = existence.exec(term);
    if (exists) return { key: exists[2] ?? '', operator: exists[1] === '!' ? 'DoesNotExist' : 'Exists' };
    throw badRequest(`unable to parse requirement: ${JSON.stringify(term)}`);
  });
}

/** Field labels beside metadata.name and metadata.namespace (registry strategies of each resource). */
const fields: Partial<Record<Resource, readonly string[]>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  nodes: ['spec.unschedulable'],
  services: ['spec.clusterIP', 'spec.type'],
  namespaces: ['status.phase'],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'reason',
    'type',
  ],
};

interface FieldTerm {
  readonly path: string;
  readonly equal: boolean;
  readonly value: string;
}

/** The fieldSelector of a query: `spec.nodeName=a,status.phase!=Failed`. Throws 400 for fields that are not served. */
export function parseFieldSelector(resource: Resource, text: string): FieldTerm[] {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => {
    const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part.trim());
    if (!match) throw badRequest(`invalid selector: ${JSON.stringify(part)}; can't understand it`);
    const path = match[1] ?? '';
    const known = ['metadata.name', 'metadata.namespace', ...(fields[resource] ?? [])];
    if (!known.includes(path)) throw badRequest(`field label not supported: ${path}`);
    return { path, equal: match[2] !== '!=', value: match[3] ?? '' };
  });
}

/** Whether an object is within the selectors of one list or watch. */
export type Filter = (object: KubeObject) => boolean;

export function filterOf(resource: Resource, query: URLSearchParams, namespace: string | undefined): Filter {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const terms = parseFieldSelector(resource, query.get('fieldSelector') ?? '');
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    labels.every((term) => meets(object.metadata.labels ?? {}, term)) &&
    terms.every((term) => (String(valueAt(object, term.path) ?? '') === term.value) === term.equal);
}
