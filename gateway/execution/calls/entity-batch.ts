import type { Lifetime } from '../../cache/read-lifetime.ts';
import { cloneValue } from '../clone-value.ts';
import type { AnswerMemory, KnownEntities } from '../repetition/answer-memory.ts';
import type { EntityAnswer, EntityLoad, RunningLoad } from './entity-load.ts';
import { givenUp } from './given-up.ts';
import { KnownAnswer } from './known-answer.ts';
import type { RepresentationList } from './representation-list.ts';
import { EntityValues } from './response-values.ts';
import type {
  CallSubgraph,
  GivenAnswer,
  GivingUp,
  RunningCall,
  SubgraphAnswer,
  SubgraphError,
} from './subgraph-answer.ts';

/** A call takes no further loads once it has this many characters: far below what servers accept. */
const MERGED_CHARACTERS = 128 * 1024;

/** One call in the making: loads that differ in their representations only. */
export class EntityBatch {
  readonly #first: EntityLoad;
  readonly #memory: AnswerMemory | null;
  readonly #lists = new Map<RepresentationList, BatchedList>();
  readonly #members = new Set<Member>();
  /** Index of each representation; null while there is one list, whose order is that of the call. */
  #indexes: Map<string, number> | null = null;
  #count = 0;
  #characters = 0;
  #running: RunningCall | null = null;

  constructor(first: EntityLoad, memory: AnswerMemory | null) {
    this.#first = first;
    this.#memory = memory;
  }

  isFull(): boolean {
    return this.#characters > MERGED_CHARACTERS;
  }

  join({ representations, onlyReads }: EntityLoad): RunningLoad {
    let list = this.#lists.get(representations);
    if (list === undefined) {
      list = this.#add(representations);
      this.#lists.set(representations, list);
    }
    const member = new Member(this, list, onlyReads);
    this.#members.add(member);
    return member;
  }

  get lifetime(): Lifetime | undefined {
    return this.#running?.lifetime;
  }

  #add({ texts }: RepresentationList): BatchedList {
    const [before] = this.#lists.keys();
    if (before === undefined) {
      this.#count = texts.length;
      for (const text of texts) this.#characters += text.length;
      return new BatchedList(texts.length, null);
    }
    this.#indexes ??= new Map(before.texts.map((text, index) => [text, index]));
    const indexes = new Array<number>(texts.length);
    for (let position = 0; position < texts.length; position += 1) {
      indexes[position] = this.#indexOf(this.#indexes, texts[position] as string);
    }
    return new BatchedList(texts.length, indexes);
  }

  #indexOf(indexes: Map<string, number>, text: string): number {
    let index = indexes.get(text);
    if (index === undefined) {
      index = this.#count;
      indexes.set(text, index);
      this.#count += 1;
      this.#characters += text.length;
    }
    return index;
  }

  send(call: CallSubgraph): void {
    if (this.#members.size === 0) return;
    const { subgraph, bodyStart, variables, headers, path = [] } = this.#first;
    const [first] = this.#lists.keys();
    const representations =
      this.#indexes === null ? first?.joined : [...this.#indexes.keys()].join(',');
    const others = variables === '' ? '' : `,${variables}`;
    const body = `${bodyStart},"variables":{"representations":[${representations}]${others}}}`;
    const key = this.#memoryKey();
    const known = key === null ? undefined : this.#memory?.findEntities(key);
    try {
      this.#running = call({ subgraph, body, headers, path, known: known?.answer });
    } catch (error) {
      // A bug, which concerns everybody here; thrown from a timer it would end the process.
      for (const member of this.#members) member.fail(error);
      return;
    }
    this.#running.answer.then(
      (answer) => this.#distribute(answer, key, known),
      (error: unknown) => {
        for (const member of this.#members) member.fail(error);
      },
    );
  }

  /** What the same call has when it is made again; null when somebody asks with a list of its own. */
  #memoryKey(): string | null {
    if (this.#memory === null) return null;
    for (const { onlyReads } of this.#members) if (!onlyReads) return null;
    const { subgraph, bodyStart, variables } = this.#first;
    const lists = [...this.#lists.keys()].map(({ id }) => id).join(',');
    return `${lists}\n${subgraph}\n${bodyStart.length}\n${bodyStart}${variables}`;
  }

  #distribute(answer: SubgraphAnswer, key: string | null, known: KnownEntities | undefined): void {
    if (!answer.ok) {
      for (const member of this.#members) member.settle(answer);
      return;
    }
    const entities = answer === known?.answer ? this.#recall(known) : this.#read(answer, key);
    // Requests write into what they are given, so all but the last get a copy.
    let left = 0;
    let areKept = key !== null;
    for (const { onlyReads } of this.#members) {
      if (onlyReads) areKept = true;
      else left += 1;
    }
    const values = this.#valuesOf(answer, areKept ? entities : null);
    for (const member of this.#members) {
      if (!member.onlyReads) left -= 1;
      member.receive(entities, answer.errors, areKept || left > 0, values);
    }
  }

  /** What others may keep of the answer. */
  #valuesOf({ bytes }: GivenAnswer, unwritten: readonly unknown[] | null) {
    return bytes === undefined ? undefined : new EntityValues(bytes, unwritten);
  }

  #recall({ entities, picked }: KnownEntities): readonly unknown[] {
    for (const [asked, list] of this.#lists) list.picked = picked.get(asked);
    return entities;
  }

  /** Null when the product answered without a list of the right length. */
  #read(answer: GivenAnswer, key: string | null): readonly unknown[] | null {
    const given = answer.data?._entities;
    const entities = Array.isArray(given) && given.length === this.#count ? given : null;
    if (key !== null) this.#remember(key, answer, entities);
    return entities;
  }

  #remember(
    key: string,
    { bytes, errors }: GivenAnswer,
    entities: readonly unknown[] | null,
  ): void {
    if (bytes === undefined || entities === null || errors.length > 0) return;
    const picked = new Map<RepresentationList, readonly unknown[]>();
    for (const [asked, list] of this.#lists) picked.set(asked, list.pick(entities));
    this.#memory?.keepEntities(key, { answer: new KnownAnswer(bytes), entities, picked });
  }

  leave(member: Member, why: GivingUp): void {
    if (!this.#members.delete(member)) return;
    member.settle(givenUp(this.#first.subgraph));
    if (this.#members.size === 0) this.#running?.abort(why);
  }
}

/** Where in the call the entities of one list stand. */
class BatchedList {
  readonly #size: number;
  /** Null for the first entities of the call, in its order. */
  readonly indexes: readonly number[] | null;
  /** Entities of an answer that is known. */
  picked: readonly unknown[] | undefined = undefined;

  constructor(size: number, indexes: readonly number[] | null) {
    this.#size = size;
    this.indexes = indexes;
  }

  /** The same list for all who ask. */
  pick(entities: readonly unknown[]): readonly unknown[] {
    this.picked ??= this.#pickOnce(entities);
    return this.picked;
  }

  #pickOnce(entities: readonly unknown[]): readonly unknown[] {
    if (this.indexes !== null) return this.indexes.map((index) => entities[index]);
    return entities.length === this.#size ? entities : entities.slice(0, this.#size);
  }

  /** The errors of its own entities, and those that belong to none. */
  ownErrors(errors: readonly SubgraphError[]) {
    const own = [];
    for (const error of errors) {
      const [root, position] = error.path ?? [];
      const isOfEntity = root === '_entities' && typeof position === 'number';
      const index = isOfEntity ? this.#positionOf(position) : -1;
      if (!isOfEntity) own.push({ index: null, error });
      else if (index !== -1) own.push({ index, error });
    }
    return own;
  }

  #positionOf(index: number): number {
    if (this.indexes !== null) return this.indexes.indexOf(index);
    return index < this.#size ? index : -1;
  }
}

/** One request's part of a batch. */
class Member implements RunningLoad {
  readonly answer: Promise<EntityAnswer>;
  readonly onlyReads: boolean;
  readonly #batch: EntityBatch;
  readonly #list: BatchedList;
  settle!: (answer: EntityAnswer) => void;
  fail!: (error: unknown) => void;

  constructor(batch: EntityBatch, list: BatchedList, onlyReads: boolean) {
    this.#batch = batch;
    this.#list = list;
    this.onlyReads = onlyReads;
    this.answer = new Promise((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
    });
  }

  get lifetime(): Lifetime | undefined {
    return this.#batch.lifetime;
  }

  abort(why: GivingUp): void {
    this.#batch.leave(this, why);
  }

  receive(
    entities: readonly unknown[] | null,
    errors: readonly SubgraphError[],
    areShared: boolean,
    values: EntityValues | undefined,
  ): void {
    const picked = entities === null ? null : this.#list.pick(entities);
    const copies = areShared && !this.onlyReads && picked !== null;
    this.settle({
      ok: true,
      entities: copies ? picked.map(cloneValue) : picked,
      errors: errors.length === 0 ? [] : this.#list.ownErrors(errors),
      source: values === undefined ? undefined : { values, indexes: this.#list.indexes },
    });
  }
}
