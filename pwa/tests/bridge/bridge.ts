// The book's inside as a program, so that a test in another language can drive it: a line of JSON for each command on
// standard input, a line for each answer on standard output. What the book asks of its server is asked of the test.
import 'fake-indexeddb/auto';
import { createInterface } from 'node:readline';
import { ApiProblem, type BlockBody, type SyncServer } from '$lib/api/sync';
import { Keeper } from '$lib/book/keeper';
import type { Told } from '$lib/book/status';
import { identityCipher, openDatabase, type Database } from '$lib/vault';

interface Command {
  id: number;
  do: string;
  tab: string;
  with: unknown[];
}

/** What the server said to `{ask, call, with}`. */
type Reply = { reply: number } & ({ value: unknown } | { problem: { status: number; code: string; body: Record<string, unknown> } });

interface Tab {
  keeper: Keeper;
  database: Database;
  told: Told;
}

const NEVER = 1e9;
const tabs = new Map<string, Tab>();
const asked = new Map<number, { resolve: (value: never) => void; reject: (problem: ApiProblem) => void }>();
let asks = 0;

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

function ask<T>(call: string, ...details: unknown[]): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    asked.set(++asks, { resolve, reject });
    say({ ask: asks, call, with: details });
  });
}

const server: SyncServer = {
  snapshot: () => ask('snapshot'),
  pull: (cursor, limit) => ask('pull', cursor, limit),
  push: (mutations, more) => ask('push', mutations, more),
  sealed: (items, more) => ask('sealed', items, more),
  terms: () => ask('terms'),
  async block(url): Promise<BlockBody> {
    return { bytes: new Uint8Array(Buffer.from(await ask<string>('block', url), 'base64')), gzip: false };
  },
  events: () => Promise.reject(new ApiProblem(404, { code: 'not_found', detail: 'Polling alone must be enough.' })),
  demo: () => Promise.resolve(false),
};

async function open(tab: string, name: string, staff: string, store: string): Promise<void> {
  const database = await openDatabase(name, () => undefined);
  const told: Told = {};
  const parts = { server, database, name, cipher: identityCipher, listener: (news: Told) => void Object.assign(told, news) };
  // It syncs when it is told to, and at no other time.
  const pace = { every: NEVER, soon: NEVER, retry: NEVER, longest: NEVER, listen: NEVER };
  tabs.set(tab, { keeper: await Keeper.open({ ...parts, pace }, { staff, store, pollEvery: NEVER }), database, told });
}

function close(tab: string): void {
  const { keeper, database } = tabOf(tab);
  keeper.close();
  database.close();
  tabs.delete(tab);
}

function tabOf(tab: string): Tab {
  const found = tabs.get(tab);
  if (found === undefined) throw new Error(`no tab ${tab}`);
  return found;
}

const commands: Record<string, (tab: string, ...details: never[]) => unknown> = {
  open,
  close,
  record: (tab, kind: string, data: unknown) => tabOf(tab).keeper.record(kind, data),
  sync: async (tab) => {
    await tabOf(tab).keeper.syncNow();
    // News between tabs come a little later.
    await new Promise((resolve) => setTimeout(resolve, 5));
  },
  customer: (tab, id: string) => tabOf(tab).keeper.customer(id),
  products: (tab, skus: string[]) => tabOf(tab).keeper.products(skus),
  stores: (tab) => tabOf(tab).keeper.stores(),
  found: (tab, query: string) => tabOf(tab).keeper.findCustomers(query, NEVER).hits.map(({ row }) => row.id),
  told: (tab) => tabOf(tab).told,
};

async function carryOut({ id, do: name, tab, with: details }: Command): Promise<void> {
  try {
    say({ id, value: (await commands[name]?.(tab, ...(details as never[]))) ?? null });
  } catch (error) {
    say({ id, error: String(error) });
  }
}

/** Until standard input ends. */
export async function serve(): Promise<void> {
  say({ ready: true });
  for await (const text of createInterface({ input: process.stdin })) {
    const line = JSON.parse(text) as Command | Reply;
    if ('id' in line) {
      void carryOut(line);
      continue;
    }
    const waiting = asked.get(line.reply);
    asked.delete(line.reply);
    if ('value' in line) waiting?.resolve(line.value as never);
    else waiting?.reject(new ApiProblem(line.problem.status, { detail: '', ...line.problem.body, code: line.problem.code }));
  }
}
