import { expect, onTestFinished } from 'vitest';
import {
  CHANGE_CHANNEL,
  type ChangeNotice,
  readChangeNotice,
} from '../../shared/changes/change-notice.ts';
import { createListener } from '../../shared/postgres/create-listener.ts';

/**
 * Hears what products say of changes, until the test ends.
 *
 * @returns Once it listens: what waits for so many notices, in order.
 */
export async function hearChanges(
  url: string,
): Promise<(count: number) => Promise<readonly ChangeNotice[]>> {
  const notices: ChangeNotice[] = [];
  let listens = false;
  const listener = createListener({
    url,
    channel: CHANGE_CHANNEL,
    applicationName: 'test',
    onNotification(text) {
      if (text === null) listens = true;
      else notices.push(readChangeNotice(text));
    },
    onFailure() {},
  });
  onTestFinished(() => listener.close());
  await expect.poll(() => listens, { timeout: 5000, interval: 5 }).toBe(true);
  return async (count) => {
    await expect.poll(() => notices.length, { timeout: 5000, interval: 5 }).toBe(count);
    return notices;
  };
}
