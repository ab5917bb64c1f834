import type { Command } from 'commander';
import { inTransaction } from '../../../shared/postgres/in-transaction.ts';
import {
  type AccessEvent,
  type GrantFacts,
  holdGrant,
  holdRequest,
  listEvents,
  listGrants,
  listRequests,
  type RequestFacts,
} from '../../control/access/access-records.ts';
import { recordLapses } from '../../control/access/record-time.ts';
import type { CommandTools } from '../command-tools.ts';
import { withControlDatabase } from '../credentials/with-control-database.ts';
import { renderColumns } from '../terminal/render-columns.ts';
import { parseText, type TargetOptions, withTarget } from './access-options.ts';

interface ListOptions extends TargetOptions {
  readonly product?: string;
  readonly subject?: string;
  readonly all?: true;
  readonly overdue?: true;
}

/** Adds `meshgate access list` and `show`. */
export function addListCommands(access: Command, tools: CommandTools): void {
  withTarget(access.command('list'))
    .description('show the open requests and the active grants')
    .option('--product <name>', 'only of this data product', parseText)
    .option('--subject <sub>', 'only of this caller', parseText)
    .option('--all', 'those that are closed or over too')
    .option(
      '--overdue',
      'only requests that have waited for a day or escalated, and grants to be kept',
    )
    .action(async (options: ListOptions) => {
      const { product = null, subject = null, all = false, overdue = false } = options;
      const filter = { product, subject, all, overdue };
      const listed = await withControlDatabase(options.data, tools.env, (pool) =>
        inTransaction(pool, async (client) => {
          await recordLapses(client);
          const requests = await listRequests(client, filter);
          return { requests, grants: await listGrants(client, filter) };
        }),
      );
      tools.stdout.write(
        options.json === true
          ? `${JSON.stringify(listed)}\n`
          : renderRequests(listed.requests) + renderGrants(listed.grants),
      );
    });
  withTarget(access.command('show'))
    .argument('<id>', 'id of a request or a grant')
    .description('show one request, its grant and all that has happened to them')
    .action(async (id: string, options: TargetOptions) => {
      const shown = await withControlDatabase(options.data, tools.env, (pool) =>
        inTransaction(pool, async (client) => {
          await recordLapses(client);
          const requestId = id.startsWith('g-') ? (await holdGrant(client, id)).request : id;
          const request = await holdRequest(client, requestId);
          const grant = request.grant === null ? null : await holdGrant(client, request.grant);
          return { request, grant, events: await listEvents(client, requestId) };
        }),
      );
      tools.stdout.write(
        options.json === true
          ? `${JSON.stringify(shown)}\n`
          : renderRequests([shown.request]) +
              renderGrants(shown.grant === null ? [] : [shown.grant]) +
              renderEvents(shown.events),
      );
    });
}

function renderRequests(requests: readonly RequestFacts[]): string {
  if (requests.length === 0) return 'There are no requests.\n';
  return renderColumns(
    [
      ...['request', 'state', 'product', 'fields', 'level', 'class', 'for', 'purpose', 'by'],
      'answer until',
    ],
    requests.map((request) => [
      ...[
        request.id,
        toState(request),
        request.product,
        toFields(request.fields),
        toLevel(request),
      ],
      ...[request.classification, toCaller(request), request.purpose, request.requestedBy],
      request.answerUntil,
    ]),
  );
}

function renderGrants(grants: readonly GrantFacts[]): string {
  if (grants.length === 0) return 'There are no grants.\n';
  return renderColumns(
    ['grant', 'state', 'product', 'fields', 'level', 'for', 'purpose', 'from', 'until'],
    grants.map((grant) => [
      ...[
        grant.id,
        grant.state.replace('_', ' '),
        grant.product,
        toFields(grant.fields),
        toLevel(grant),
      ],
      ...[toCaller(grant), grant.purpose, grant.startsAt, toEnd(grant)],
    ]),
  );
}

function renderEvents(events: readonly AccessEvent[]): string {
  return renderColumns(
    ['at', 'what', 'who', 'why'],
    events.map(({ at, action, actor, reason }) => [at, action, actor ?? '-', reason ?? '']),
  );
}

/** When it ends as things stand. */
function toEnd({ endsAt, lapsesAt }: GrantFacts): string {
  return lapsesAt !== null && lapsesAt < endsAt ? `${lapsesAt} unless kept` : endsAt;
}

function toState({ state, remindedAt, escalatedAt }: RequestFacts): string {
  if (state !== 'requested') return state;
  if (escalatedAt !== null) return `${state}, escalated`;
  return remindedAt === null ? state : `${state}, reminded`;
}

function toFields(fields: readonly string[] | null): string {
  return fields === null ? 'all' : fields.join(' ');
}

function toLevel({ level, mask }: Pick<GrantFacts, 'level' | 'mask'>): string {
  return mask === null ? level : `${level} (${mask})`;
}

function toCaller({ subject, clients }: Pick<GrantFacts, 'subject' | 'clients'>): string {
  return clients === null ? subject : `${subject} through ${clients.join(', ')}`;
}
