// The sync endpoints (SYNC.md). Used in the book's worker; the answers are checked where they are used, because a wrong
// one must never cost a sale.
export { ApiProblem, OFFLINE, UNREADABLE } from './problem';
import { ApiProblem, offlineProblem, problemOf, UNREADABLE } from './problem';

export interface SnapshotBlock {
  hash: string;
  url: string;
  rows: number;
  bytes: number;
}

export interface Snapshot {
  epoch: string;
  v: number;
  schema: number;
  scope: string;
  cursor: string;
  collections: Record<string, { rows: number; blocks: SnapshotBlock[] }>;
}

export interface PullPage {
  changes: ({ collection: string; id: string } & (
    | { op: 'put'; row: Record<string, unknown> & { id: string } }
    | { op: 'delete' | 'remove' }
  ))[];
  cursor: string;
  more: boolean;
  server_time: string;
}

/** What the server asks of its tablets (GET /sync/terms). */
export interface ServerTerms {
  schema: number;
  lease_hours: number;
  wipe_days: number;
  auto_lock_minutes: number;
  sealing_key: { kid: string; jwk: JsonWebKey };
  server_time: string;
  events: boolean;
}

/** A block as it came: packed with gzip when the server has it so at hand. */
export interface BlockBody {
  bytes: Uint8Array<ArrayBuffer>;
  gzip: boolean;
}

/** The server as the book's worker sees it. Every failure is an ApiProblem; code `offline` when no answer came. */
export interface SyncServer {
  snapshot(): Promise<Snapshot>;
  block(url: string): Promise<BlockBody>;
  pull(cursor: string, limit: number): Promise<PullPage>;
  /**
   * The `results` of the answer, unchecked. A revoked tablet that does not say `more` has its storage cleared by the
   * browser with the answer.
   */
  push(mutations: readonly unknown[], more: boolean): Promise<unknown[]>;
  /** The same for items sealed to the server's key. */
  sealed(items: readonly unknown[], more: boolean): Promise<unknown[]>;
  terms(): Promise<ServerTerms>;
  /** Listens until the stream ends or `signal` aborts it; `onVersion` hears the clock of the server whenever it moved. */
  events(onVersion: (v: number) => void, signal: AbortSignal): Promise<void>;
  /** Whether the server runs a demonstration. */
  demo(): Promise<boolean>;
}

/** Schema of rows and mutations that this app speaks. */
export const SCHEMA = 4;

const ANSWER_WITHIN = 20_000;
const BLOCK_WITHIN = 60_000;
/** The server says something every twenty seconds: a line that is silent for longer is dead. */
const SILENCE = 50_000;
const GZIP = 'application/gzip';

/** The server of this origin, with the tablet's cookie. */
export const httpSyncServer: SyncServer = {
  snapshot: () => json<Snapshot>('/api/v1/sync/snapshot'),
  async block(url) {
    const response = await send(url, { headers: { Accept: `${GZIP}, application/json;q=0.5` } }, BLOCK_WITHIN);
    const gzip = (response.headers.get('Content-Type') ?? '').startsWith(GZIP);
    return { bytes: new Uint8Array(await body(response, () => response.arrayBuffer())), gzip };
  },
  pull: (cursor, limit) => json<PullPage>(`/api/v1/sync/pull?${new URLSearchParams({ cursor, limit: String(limit) }).toString()}`),
  push: (mutations, more) => results('/api/v1/sync/push', { mutations }, more),
  sealed: (items, more) => results('/api/v1/sync/sealed', { items }, more),
  terms: () => json<ServerTerms>('/api/v1/sync/terms'),
  async events(onVersion, signal) {
    const response = await request('/api/v1/sync/events', { signal, headers: { Accept: 'text/event-stream' } });
    if (response.body === null) return;
    await listen(response.body.pipeThrough(new TextDecoderStream()), onVersion);
  },
  demo: async () => (await json<{ demo?: unknown }>('/api/v1/about')).demo === true,
};

async function results(url: string, content: unknown, more: boolean): Promise<unknown[]> {
  const answer = await json<{ results?: unknown }>(more ? `${url}?more=true` : url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(content),
  });
  if (Array.isArray(answer.results)) return answer.results as unknown[];
  throw new ApiProblem(200, { code: UNREADABLE, detail: 'The answer has no results.' });
}

function send(url: string, init: RequestInit, within: number): Promise<Response> {
  return request(url, { ...init, signal: AbortSignal.timeout(within) });
}

async function request(url: string, init: RequestInit): Promise<Response> {
  const headers = { ...(init.headers as Record<string, string> | undefined), 'Dangol-Schema': String(SCHEMA) };
  const response = await fetch(url, { credentials: 'same-origin', ...init, headers }).catch((error: unknown) => {
    throw offlineProblem(error);
  });
  if (response.ok) return response;
  throw problemOf(response, await response.json().catch(() => null));
}

/** Reads server-sent events to the end of the stream. A stream that falls silent is given up. */
async function listen(stream: ReadableStream<string>, onVersion: (v: number) => void): Promise<void> {
  const reader = stream.getReader();
  let rest = '';
  for (;;) {
    let silence: ReturnType<typeof setTimeout> | undefined;
    const quiet = new Promise<'silent'>((resolve) => (silence = setTimeout(() => resolve('silent'), SILENCE)));
    const heard = await Promise.race([reader.read(), quiet]).finally(() => clearTimeout(silence));
    if (heard === 'silent' || heard.done) return void reader.cancel().catch(() => undefined);
    const lines = (rest + heard.value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const v = /^data:\s*\{"v":\s*(\d+)\}/.exec(line)?.[1];
      if (v !== undefined) onVersion(Number(v));
    }
  }
}

async function json<T>(url: string, init: RequestInit = {}): Promise<T> {
  const response = await send(url, init, ANSWER_WITHIN);
  return body(response, () => response.json() as Promise<T>);
}

/** A body that breaks off is no answer: what the server did is unknown, and asking again is safe. */
async function body<T>(response: Response, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    // A page of a portal or proxy is an answer, but not this server's.
    if (error instanceof SyntaxError && !/json/.test(response.headers.get('Content-Type') ?? '')) {
      throw new ApiProblem(response.status, { code: UNREADABLE, detail: 'The answer is not JSON.' });
    }
    throw offlineProblem(error);
  }
}
