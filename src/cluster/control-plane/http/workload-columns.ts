import * as z from 'zod';
import type { schemaOf } from '../api/kinds.ts';
import { age, type Column, noneShown, pairs, text } from './columns.ts';

type Deployment = z.infer<(typeof schemaOf)['deployments']>;
type DaemonSet = z.infer<(typeof schemaOf)['daemonsets']>;
type Event = z.infer<(typeof schemaOf)['events']>;

/* Kubernetes' pkg/printers/internalversion/printers.go: printDeployment, printDaemonSet, printEvent. */

const count = z.number().catch(0);

const numberOf = (status: Readonly<Record<string, unknown>> | undefined, key: string): string =>
  String(count.parse(status?.[key]));

type Templated = Pick<Deployment, 'metadata'> & {
  readonly spec: Pick<Deployment['spec'], 'template' | 'selector'>;
};

const image = z.looseObject({ name: text, image: text });
const containersOf = ({ spec }: Templated) => z.array(image).catch([]).parse(spec.template.spec?.containers);

const aged = {
  name: 'Age',
  of: ({ metadata }: Templated, now: Date) => age(metadata.creationTimestamp, now),
};

const wideOnes: readonly Column<Templated>[] = [
  {
    name: 'Containers',
    wide: true,
    of: (one) =>
      containersOf(one)
        .map(({ name }) => name)
        .join(','),
  },
  {
    name: 'Images',
    wide: true,
    of: (one) =>
      containersOf(one)
        .map((found) => found.image)
        .join(','),
  },
  { name: 'Selector', wide: true, of: ({ spec }) => pairs(spec.selector.matchLabels) },
];

export const deploymentColumns: readonly Column<Deployment>[] = [
  { name: 'Name', of: ({ metadata }) => metadata.name },
  { name: 'Ready', of: ({ spec, status }) => `${numberOf(status, 'readyReplicas')}/${spec.replicas ?? 1}` },
  { name: 'Up-to-date', of: ({ status }) => numberOf(status, 'updatedReplicas') },
  { name: 'Available', of: ({ status }) => numberOf(status, 'availableReplicas') },
  aged,
  ...wideOnes,
];

export const daemonSetColumns: readonly Column<DaemonSet>[] = [
  { name: 'Name', of: ({ metadata }) => metadata.name },
  { name: 'Desired', of: ({ status }) => numberOf(status, 'desiredNumberScheduled') },
  { name: 'Current', of: ({ status }) => numberOf(status, 'currentNumberScheduled') },
  { name: 'Ready', of: ({ status }) => numberOf(status, 'numberReady') },
  { name: 'Up-to-date', of: ({ status }) => numberOf(status, 'updatedNumberScheduled') },
  { name: 'Available', of: ({ status }) => numberOf(status, 'numberAvailable') },
  { name: 'Node Selector', of: ({ spec }) => pairs(spec.template.spec?.nodeSelector) },
  aged,
  ...wideOnes,
];

/** When it was last seen; an event of the newer API has its time in eventTime. */
function seen({ metadata, ...event }: Event, key: 'firstTimestamp' | 'lastTimestamp', now: Date): string {
  const at = text.parse(event[key]) || text.parse(event.eventTime) || metadata.creationTimestamp;
  return age(at, now);
}

const source = z.looseObject({ component: text, host: text }).catch({ component: '', host: '' });

export const eventColumns: readonly Column<Event>[] = [
  { name: 'Last Seen', of: (event, now) => seen(event, 'lastTimestamp', now) },
  { name: 'Type', of: ({ type }) => type ?? noneShown },
  { name: 'Reason', of: ({ reason }) => reason ?? noneShown },
  {
    name: 'Object',
    of: ({ involvedObject: { kind = '', name = '' } }) => `${kind.toLowerCase()}/${name}`,
  },
  {
    name: 'Source',
    wide: true,
    of: (event) => {
      const { component, host } = source.parse(event.source);
      return host === '' ? component : `${component}, ${host}`;
    },
  },
  { name: 'Message', of: ({ message }) => (message ?? '').trim() },
  { name: 'First Seen', wide: true, of: (event, now) => seen(event, 'firstTimestamp', now) },
  { name: 'Count', wide: true, of: ({ count: times }) => String(times ?? 1) },
  { name: 'Name', wide: true, of: ({ metadata }) => metadata.name },
];
