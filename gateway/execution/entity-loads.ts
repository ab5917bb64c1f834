/**
 * Entity loads of concurrent requests, merged.
 *
 * Requests that arrive together ask the products the same things: fifty dashboards
 * want the same nine products. A load waits until the event loop has handled what
 * is there, then everything of one kind goes out as one call, and each entity in
 * it once. Nothing waits longer than that, so an idle gateway loses no time, and a
 * load never joins a call that has left already: what it gets was read after it
 * asked, and a client sees its own writes.
 *
 * Two loads are of one kind when everything that would be sent is equal: product,
 * operation, variables and every header, the authorization first of all. Only the
 * request id may differ; a merged call carries the first one's. So rights never
 * mix: what a caller gets was asked with that caller's own token.
 *
 * @module
 */
import { cloneValue } from './clone-value.ts';
import { givenUp } from './given-up.ts';
import type {
  CallSubgraph,
  FailedAnswer,
  GivingUp,
  RunningCall,
  SubgraphAnswer,
  SubgraphError,
} from './subgraph-answer.ts';

/** One request's wish for entities. */
export interface EntityLoad {
  readonly subgraph: string;
  /** `{"query":"…"`, the beginning of the request body. */
  readonly bodyStart: string;
  /** Members of the JSON object `variables` besides the representations; may be empty. */
  readonly variables: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON texts, each once. */
  readonly representations: readonly string[];
  /** Where in the answer the entities go, with `@` for a list. */
  readonly path?: readonly string[];
}

/** Entities in the order of the representations, and errors with the index each belongs to. */
export type EntityAnswer =
  | {
      readonly ok: true;
      /** Null when the product answered without a list of the right length. */
      readonly entities: readonly unknown[] | null;
      readonly errors: readonly { readonly index: number | null; readonly error: SubgraphError }[];
    }
  | FailedAnswer;

export interface RunningLoad {
  readonly answer: Promise<EntityAnswer>;
  /** Leaves the load; the call itself ends when everybody has left. */
  abort(why: GivingUp): void;
}

/** A call takes no further loads once it has this many characters: far below what servers accept. */
const MERGED_CHARACTERS = 128 * 1024;

/** Creates the merging of loads for the subgraphs of one supergraph. */
export function createLoadEntities(call: CallSubgraph): (load: EntityLoad) => RunningLoad {
  const waiting = new Map<string, Batch>();

  const sendAll = (): void => {
    const batches = [...waiting.values()];
    waiting.clear();
    for (const batch of batches) batch.send(call);
  };

  return (load) => {
    const kind = kindOf(load);
    let batch = waiting.get(kind);
    if (batch === undefined) {
      if (waiting.size === 0) setImmediate(sendAll);
      batch = new Batch(load);
      waiting.set(kind, batch);
    }
    const running = batch.join(load);
    if (batch.isFull()) {
      waiting.delete(kind);
      batch.send(call);
    }
    return running;
  };
}

/** Lengths stand before the texts, so that no two different loads are written alike. */
function kindOf({ subgraph, bodyStart, variables, headers }: EntityLoad): string {
  let kind = `${subgraph}\n${bodyStart.length}\n${bodyStart}${variables.length}\n${variables}`;
  for (const name in headers) {
    if (name === 'x-request-id') continue;
    const value = headers[name] ?? '';
    kind += `${name}\n${value.length}\n${value}`;
  }
  return kind;
}

/** One call in the making. */
class Batch {
  readonly #first: EntityLoad;
  readonly #indexes = new Map<string, number>();
  readonly #members = new Set<Member>();
  #characters = 0;
  #running: RunningCall | null = null;

  constructor(first: EntityLoad) {
    this.#first = first;
  }

  isFull(): boolean {
    return this.#characters > MERGED_CHARACTERS;
  }

  join({ representations }: EntityLoad): RunningLoad {
    const indexes = new Array<number>(representations.length);
    for (let index = 0; index < indexes.length; index += 1) {
      indexes[index] = this.#indexOf(representations[index] ?? '');
    }
    const member = new Member(indexes);
    this.#members.add(member);
    return { answer: member.answer, abort: (why) => this.#leave(member, why) };
  }

  #indexOf(text: string): number {
    let index = this.#indexes.get(text);
    if (index === undefined) {
      index = this.#indexes.size;
      this.#indexes.set(text, index);
      this.#characters += text.length;
    }
    return index;
  }

  send(call: CallSubgraph): void {
    if (this.#members.size === 0) return;
    const { subgraph, bodyStart, variables, headers, path = [] } = this.#first;
    const representations = [...this.#indexes.keys()].join(',');
    const others = variables === '' ? '' : `,${variables}`;
    const body = `${bodyStart},"variables":{"representations":[${representations}]${others}}}`;
    try {
      this.#running = call({ subgraph, body, headers, path });
    } catch (error) {
      // A bug, which concerns everybody here; thrown from a timer it would end the process.
      for (const member of this.#members) member.fail(error);
      return;
    }
    this.#running.answer.then(
      (answer) => this.#distribute(answer),
      (error: unknown) => {
        for (const member of this.#members) member.fail(error);
      },
    );
  }

  #distribute(answer: SubgraphAnswer): void {
    if (!answer.ok) {
      for (const member of this.#members) member.settle(answer);
      return;
    }
    const given = answer.data?._entities;
    const entities =
      Array.isArray(given) && given.length === this.#indexes.size ? (given as unknown[]) : null;
    let left = this.#members.size;
    for (const member of this.#members) {
      left -= 1;
      // Requests write into what they are given, so all but the last get a copy.
      member.settle(member.pick(entities, answer.errors, left > 0));
    }
  }

  #leave(member: Member, why: GivingUp): void {
    if (!this.#members.delete(member)) return;
    member.settle(givenUp(this.#first.subgraph));
    if (this.#members.size === 0) this.#running?.abort(why);
  }
}

/** One request's part of a batch. */
class Member {
  readonly answer: Promise<EntityAnswer>;
  readonly #indexes: readonly number[];
  settle!: (answer: EntityAnswer) => void;
  fail!: (error: unknown) => void;

  constructor(indexes: readonly number[]) {
    this.#indexes = indexes;
    this.answer = new Promise((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
    });
  }

  pick(
    entities: readonly unknown[] | null,
    errors: readonly SubgraphError[],
    copies: boolean,
  ): EntityAnswer {
    const picked =
      entities === null
        ? null
        : this.#indexes.map((index) => (copies ? cloneValue(entities[index]) : entities[index]));
    return { ok: true, entities: picked, errors: errors.length === 0 ? [] : this.#own(errors) };
  }

  /** The errors of its own entities, and those that belong to none. */
  #own(errors: readonly SubgraphError[]) {
    const own = [];
    for (const error of errors) {
      const [root, position] = error.path ?? [];
      const isOfEntity = root === '_entities' && typeof position === 'number';
      const index = isOfEntity ? this.#indexes.indexOf(position) : -1;
      if (!isOfEntity) own.push({ index: null, error });
      else if (index !== -1) own.push({ index, error });
    }
    return own;
  }
}
