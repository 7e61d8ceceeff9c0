import autocannon from 'autocannon';
import type { OwnFigures } from './own-figures.ts';

/** autocannon as its README has it: one kept connection, this number of requests; returns what its result says. */
export async function stockAutocannon(
  url: string,
  amount: number,
  timeoutSeconds: number,
): Promise<OwnFigures> {
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    autocannon({ url, amount, connections: 1, timeout: timeoutSeconds }, (error, sums) =>
      error ? reject(error) : resolve(sums),
    );
  });
  const { errors, timeouts, non2xx } = result;
  const parts: [number, string][] = [
    [result['2xx'], '2xx'],
    [non2xx, 'non2xx'],
    [errors, timeouts === errors ? 'timeouts' : 'errors'],
  ];
  const said = parts.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]));
  return { good: result['2xx'], bad: non2xx + errors, said: said.join(', ') || 'nothing at all' };
}
