import type { EntityKeyForm } from '../audit/entity-key-form.ts';
import type { PreparationSettings } from '../operation/parse-operation.ts';

/** A stream that text is written to; `process.stdout` fits. */
export interface TextStream {
  write(text: string): unknown;
  /** Whether a person reads along. */
  readonly isTTY?: boolean;
  /** Width of a terminal, in characters. */
  readonly columns?: number;
}

/** A gateway that runs in this process. */
export interface ServedGateway {
  /** Base URL, without a path. */
  readonly url: string;
  /** Rejects when it cannot go on; absent where it can always. */
  readonly failure?: Promise<never>;
  /** Lets running requests end, then stops. */
  close(): Promise<void>;
}

/** Starts a gateway in this process; settings are named as in the environment. */
export type Serve = (settings: Record<string, string>) => Promise<ServedGateway>;

/** Reads how strict a gateway is with documents; settings are named as in the environment. */
export type ReadPreparationSettings = (
  settings: Readonly<Record<string, string | undefined>>,
) => Promise<PreparationSettings>;

/** Finds how the ledger hashes the keys of entities; null without a secret. */
export type LoadHashedKeys = (
  settings: Readonly<Record<string, string | undefined>>,
) => Promise<EntityKeyForm | null>;

/** What commands need of the process they run in; `main.ts` hands it in. */
export interface CommandTools {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Facts: what a command was asked for. */
  readonly stdout: TextStream;
  /** Progress and errors. */
  readonly stderr: TextStream;
  readonly serve: Serve;
  readonly readPreparationSettings: ReadPreparationSettings;
  readonly loadHashedKeys: LoadHashedKeys;
}
