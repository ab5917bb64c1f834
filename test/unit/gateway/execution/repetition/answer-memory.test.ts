import { expect, test } from 'vitest';
import { KnownAnswer } from '../../../../../gateway/execution/calls/known-answer.ts';
import {
  AnswerMemory,
  type Habit,
} from '../../../../../gateway/execution/repetition/answer-memory.ts';
import { RememberedRun } from '../../../../../gateway/execution/repetition/remembered-run.ts';

const RESULT = { data: {}, problems: [] };
const runOf = (bytes: number) => new RememberedRun(new Map(), RESULT, bytes);

/** Requests, one after the other, until one is to be recorded. */
function requestsUntilRecorded(habit: Habit): number {
  let requests = 1;
  while (!habit.beginsRecording()) requests += 1;
  return requests;
}

test('remembers from the second request on, so that a query asked once costs nothing', () => {
  const memory = new AnswerMemory(100_000);

  expect(memory.attend(1, '')?.beginsRecording()).toBe(false);
  expect(memory.attend(1, '')?.beginsRecording()).toBe(true);
});

test('records one request at a time', () => {
  const habit = new AnswerMemory(100_000).attend(1, '') as Habit;
  requestsUntilRecorded(habit);

  expect(habit.beginsRecording()).toBe(false);
});

test('tells operations and variables apart', () => {
  const memory = new AnswerMemory(100_000);
  const habit = memory.attend(1, '{"a":1}') as Habit;
  habit.endRecording(runOf(10));

  expect(memory.attend(1, '{"a":1}')?.run).toBe(habit.run);
  expect(memory.attend(1, '{"a":2}')?.run).toBeNull();
  expect(memory.attend(11, '')?.run).toBeNull();
  expect(memory.attend(2, '{"a":1}')?.run).toBeNull();
});

test('an answer that keeps changing is remembered ever more rarely, until it is the same again', () => {
  const memory = new AnswerMemory(100_000);
  const habit = memory.attend(1, '') as Habit;
  const pauses = [];
  for (let change = 0; change < 13; change += 1) {
    pauses.push(requestsUntilRecorded(habit));
    const run = runOf(10);
    habit.endRecording(run);
    habit.compare(run, false);
  }
  requestsUntilRecorded(habit);
  const steady = runOf(10);
  habit.endRecording(steady);
  habit.compare(steady, true);
  habit.compare(steady, false);

  expect(pauses).toEqual([2, 2, 3, 5, 9, 17, 33, 65, 129, 257, 513, 1025, 1025]);
  expect(requestsUntilRecorded(habit)).toBe(2);
});

test('several requests that find one change count as one', () => {
  const memory = new AnswerMemory(100_000);
  const habit = memory.attend(1, '') as Habit;
  requestsUntilRecorded(habit);
  const run = runOf(10);
  habit.endRecording(run);

  for (let request = 0; request < 5; request += 1) habit.compare(run, false);

  expect(requestsUntilRecorded(habit)).toBe(2);
});

test('keeps as much as it may, and the least recently used goes first', () => {
  const memory = new AnswerMemory(40_000);
  for (const operation of [1, 2, 3]) {
    memory.attend(operation, '')?.endRecording(runOf(8_000));
  }

  expect([1, 2, 3].map((operation) => memory.attend(operation, '')?.run?.bytes)).toEqual([
    undefined,
    8_000,
    8_000,
  ]);
});

test('does not keep what is larger than its half', () => {
  const memory = new AnswerMemory(40_000);
  memory.attend(1, '')?.endRecording(runOf(30_000));

  expect(memory.attend(1, '')?.run).toBeNull();
});

test('does not attend to variables that are too long to come again', () => {
  expect(new AnswerMemory(100_000).attend(1, 'x'.repeat(2049))).toBeNull();
});

test('bounds the entities that it knows', () => {
  const memory = new AnswerMemory(40_000);
  const known = () => ({
    answer: new KnownAnswer(Buffer.alloc(1_500)),
    entities: [],
    picked: new Map(),
  });
  for (const key of ['a', 'b', 'c']) memory.keepEntities(key, known());

  expect(['a', 'b', 'c'].map((key) => memory.findEntities(key) !== undefined)).toEqual([
    false,
    true,
    true,
  ]);
});
