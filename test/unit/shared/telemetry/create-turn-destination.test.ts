import { expect, test } from 'vitest';
import { createTurnDestination } from '../../../../shared/telemetry/create-turn-destination.ts';

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('writes the lines of one turn together, in order, and those of the next by themselves', async () => {
  const written: string[] = [];
  const destination = createTurnDestination({ write: (lines) => void written.push(lines) });

  destination.write('one\n');
  destination.write('two\n');
  expect(written).toEqual([]);
  await nextTurn();
  destination.write('three\n');
  await nextTurn();

  expect(written).toEqual(['one\ntwo\n', 'three\n']);
});
