import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';
import { createBatchMany, createBatchOne } from '../../../../shared/kit/batch-by-key.ts';
import { type CursorOrder, parsePage, toConnection } from '../../../../shared/kit/connection.ts';
import { defineProduct, type ProductResolvers } from '../../../../shared/kit/define-product.ts';
import { runIdempotent } from '../../../../shared/kit/idempotent.ts';
import type { ProductDatabase } from '../../../../shared/kit/product-database.ts';
import { scalars } from '../../../../shared/kit/scalars.ts';

interface NoteRow {
  readonly id: number;
  readonly text: string;
  readonly region: string;
  readonly writtenOn: string;
  readonly price: string;
  readonly authorId: number;
}
interface AuthorRow {
  readonly id: number;
  readonly name: string;
}
interface AddNoteInput {
  readonly text: string;
  readonly region: string;
  readonly idempotencyKey: string;
}

const NOTE = `SELECT id, text, region, written_on AS "writtenOn", price, author_id AS "authorId" FROM note`;
const BY_DAY = {
  list: 'notes by writtenOn',
  values: ['date', 'integer'],
} as const satisfies CursorOrder;

function createLoaders(database: ProductDatabase) {
  return {
    note: createBatchOne(
      (ids: readonly string[]) =>
        database.query<NoteRow>(`${NOTE} WHERE id = ANY ($1::int[])`, [ids]),
      (row) => String(row.id),
    ),
    author: createBatchOne(
      (ids: readonly string[]) =>
        database.query<AuthorRow>('SELECT id, name FROM author WHERE id = ANY ($1::int[])', [ids]),
      (row) => String(row.id),
    ),
    notesOfAuthor: createBatchMany(
      (ids: readonly number[]) =>
        database.query<NoteRow>(`${NOTE} WHERE author_id = ANY ($1) ORDER BY id`, [ids]),
      (row) => row.authorId,
    ),
  };
}
type Loaders = ReturnType<typeof createLoaders>;

export interface NotesProductOptions {
  /** What `Query.waits` waits for. */
  readonly wait?: () => Promise<string>;
}

/** A small product for tests of the kit; `notes.sql` has its tables. */
export function createNotesProduct({ wait = async () => 'done' }: NotesProductOptions = {}) {
  return defineProduct({
    folder: new URL('.', import.meta.url),
    createLoaders,
    resolvers: {
      ...scalars,
      Region: { WEST: 'West', EAST: 'East' },
      Query: {
        async notes(_root, args: { first?: number; after?: string }, { database }) {
          const page = parsePage(args, BY_DAY);
          const rows = await database.query<NoteRow>(
            `${NOTE} WHERE $1::date IS NULL OR (written_on, id) > ($1::date, $2::int)
             ORDER BY written_on, id LIMIT $3`,
            [page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
          );
          return {
            ...toConnection(rows, page, BY_DAY, (row) => [row.writtenOn, row.id]),
            totalCount: async () => {
              const [counted] = await database.query<{ count: number }>(
                'SELECT count(*)::int AS count FROM note',
              );
              return counted?.count;
            },
          };
        },
        authors: (_root, _args, { database }) =>
          database.query<AuthorRow>('SELECT id, name FROM author ORDER BY id'),
        async claims(_root, _args, { database }) {
          const [row] = await database.query<{ claims: string }>(
            `SELECT current_setting('mesh.claims', true) AS claims`,
          );
          return row?.claims;
        },
        async slow(_root, { seconds }: { seconds: number }, { database }) {
          await database.query('SELECT pg_sleep($1)', [seconds]);
          return 'done';
        },
        waits: () => wait(),
        breaks: () => {
          throw new Error('The secret is 4711.');
        },
        breaksStatement: (_root, _args, { database }) =>
          database.query('SELECT secret FROM nowhere'),
        refuses: () => {
          throw new MeshgateError('INPUT_INVALID', {
            message: 'Ask for something else.',
            details: { argument: 'something' },
          });
        },
      },
      Mutation: {
        addNote: (_root, { input }: { input: AddNoteInput }, { database }) =>
          database.transaction(async (transaction) => {
            const { idempotencyKey: key, ...rest } = input;
            const call = { key, operation: 'addNote', input: rest };
            return runIdempotent(transaction, call, async () => {
              const [note] = await transaction.query<NoteRow>(
                `WITH note AS (
                   INSERT INTO note (text, region, written_on, price, author_id)
                   VALUES ($1, $2, '2017-11-09', 0, 1) RETURNING *
                 ) ${NOTE}`,
                [input.text, input.region],
              );
              return { note };
            });
          }),
      },
      Note: {
        __resolveReference: ({ id }: { id: string }, { loaders }) => loaders.note.load(id),
        author: (note: NoteRow, _args, { loaders }) => loaders.author.load(String(note.authorId)),
      },
      Author: {
        __resolveReference: ({ id }: { id: string }, { loaders }) => loaders.author.load(id),
        notes: (author: AuthorRow, _args, { loaders }) => loaders.notesOfAuthor.load(author.id),
      },
    } satisfies ProductResolvers<Loaders>,
  });
}
