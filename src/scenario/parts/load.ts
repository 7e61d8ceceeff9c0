import * as z from 'zod';
import { lanes } from '../../base/connections.ts';
import { agents } from './agents.ts';
import { duration, image, name } from './scalars.ts';

const expectStatus = z
  .int()
  .min(200)
  .max(599)
  .default(200)
  .describe('The status that counts as completed; any other is http-error');

const streams = z.strictObject({
  kind: z.literal('streams'),
  name: name.default('slow').describe('Its name in reports'),
  concurrency: z.int().min(1).max(30_000).describe('How many streams, all at once'),
  duration: duration('1s', '24h').default('60s').describe('How long the app takes to send one answer'),
  chunkInterval: duration('10ms', '10m').default('1s').describe('From one chunk of the answer to the next'),
  bodySize: z
    .int()
    .min(0)
    .max(100_000_000)
    .default(0)
    .describe('Bytes of the request body (POST); 0 sends a GET'),
  chunkSize: z.int().min(32).max(65_536).default(128).describe('Bytes of one chunk of the answer'),
  ramp: duration('0s', '1h').default('5s').describe('The starts are spread over it'),
  stall: duration('100ms', '1h')
    .default('20s')
    .describe('No byte for this long: hung; at least twice chunkInterval'),
  connectTimeout: duration('100ms', '10m')
    .default('19s')
    .describe("A SYN without answer; Cloudflare's 522 comes after 19 s"),
  renew: z
    .boolean()
    .default(false)
    .describe('Start a new stream when one ends, so that the number stays the same'),
  expectStatus,
  agents,
});

const probe = z.strictObject({
  kind: z.literal('probe'),
  name: name.default('probe').describe('Its name in reports'),
  rate: z.number().min(0.1).max(1000).describe('Requests per second and lane, due at fixed times'),
  lanes: z
    .array(z.enum(lanes))
    .min(1)
    .default([...lanes])
    .describe('new: a connection each; reused: one kept connection'),
  timeout: duration('50ms', '10m')
    .default('5s')
    .describe('How long a request may take to its whole answer before it has failed'),
  expectStatus,
  agents,
});

const autocannon = z.strictObject({
  kind: z.literal('autocannon'),
  name: name.default('background').describe('Its name in reports'),
  connections: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe(
      'Requests in flight at most, a new connection each; none: enough for a target that never answers',
    ),
  rate: z.number().min(0.1).max(5000).describe('Short requests per second, due at fixed times'),
  timeout: duration('50ms', '10m')
    .default('5s')
    .describe('How long a request may take to its whole answer before it has failed'),
  expectStatus,
});

const k6 = z.strictObject({
  kind: z.literal('k6'),
  name: name.default('k6').describe('Its name in reports'),
  script: z.string().optional().describe("Your own k6 script, relative to this file; none: midflight's own"),
  vus: z.int().min(1).max(5000).default(10).describe("k6's virtual users"),
  duration: duration('1s', '24h').default('30s').describe('How long one stream of our own script takes'),
  rate: z
    .number()
    .min(0.1)
    .max(1000)
    .optional()
    .describe('Arrivals per second; none: each VU runs one stream'),
  keepAlive: z
    .boolean()
    .default(false)
    .describe('k6 silently retries on kept connections, which hides losses: off unless asked'),
  expectStatus,
  agents,
  runnerImage: image
    .optional()
    .describe("k6's image for its runners in pods; none: the k6 operator's own choice. Only with agents"),
});

export const load = z.discriminatedUnion('kind', [streams, probe, autocannon, k6]);
