import { get, type IncomingMessage } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { serveUi, type UiServer } from '../../../src/cli/ui-server.ts';
import { uiFeed } from '../../../src/reports/ui/feed.ts';
import { basicPlan } from '../../support/plan.ts';

const test = suite<{ server: UiServer; feed: ReturnType<typeof uiFeed> }>('the server of --ui');
test.before.each(async (context) => {
  context.feed = uiFeed(basicPlan);
  context.server = await serveUi('<x>', context.feed.frame);
});

const answer = (url: string, headers = {}) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).on('error', reject);
  });
async function text(message: IncomingMessage): Promise<string> {
  let all = '';
  for await (const chunk of message) all += String(chunk);
  return all;
}

test('the page, on loopback alone, under a policy that lets only its own parts in', async ({ server }) => {
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
  const page = await answer(server.url);
  const policy = page.headers['content-security-policy'] ?? '';
  assert.match(
    String(policy),
    /^default-src 'none'; script-src 'sha256-[^' ]+'; style-src 'sha256-[^' ]+'; connect-src 'self'/,
  );
  assert.not.match(String(policy), 'unsafe');
  assert.equal(
    [page.headers['cache-control'], page.headers['referrer-policy'], page.headers['x-content-type-options']],
    ['no-store', 'no-referrer', 'nosniff'],
  );
  assert.match(await text(page), '<h1>&lt;x&gt;</h1>');
  await server.close();
});

test('without the token, or for another host, there is nothing', async ({ server }) => {
  const { origin, host, pathname } = new URL(server.url);
  for (const path of ['/', '/events', `${pathname}x`, pathname.slice(0, -1)])
    assert.is((await answer(`${origin}${path}`)).statusCode, 404, path);
  for (const path of ['', 'events'])
    assert.is((await answer(`${server.url}${path}`, { host: 'evil.example' })).statusCode, 404);
  assert.is((await answer(server.url, { host })).statusCode, 200);
  await server.close();
});

test('events: the frame at once, and the last one when the run ends, which closes the stream', async ({
  server,
  feed,
}) => {
  const events = await answer(`${server.url}events`);
  assert.is(events.headers['content-type'], 'text/event-stream');
  const whole = text(events);
  feed.end();
  await server.close();
  const frames = (await whole)
    .split('\n\n')
    .filter((one) => one !== '')
    .map((one) => JSON.parse(one.replace(/^data: /, '')));
  assert.is(frames[0].experiment, basicPlan.experiment);
  assert.is(frames.at(-1).over, true);
  assert.is(
    await answer(server.url).then(
      () => 'open',
      () => 'closed',
    ),
    'closed',
  );
});

test.run();
