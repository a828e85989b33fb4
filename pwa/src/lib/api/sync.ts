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

/** The server as the book's worker sees it. Every failure is an ApiProblem; code `offline` when no answer came. */
export interface SyncServer {
  snapshot(): Promise<Snapshot>;
  /** The uncompressed body of a block. */
  block(url: string): Promise<Uint8Array<ArrayBuffer>>;
  pull(cursor: string, limit: number): Promise<PullPage>;
  /** The `results` of the answer, unchecked. */
  push(mutations: readonly unknown[]): Promise<unknown[]>;
}

const ANSWER_WITHIN = 20_000;
const BLOCK_WITHIN = 60_000;

/** The server of this origin, with the tablet's cookie. */
export const httpSyncServer: SyncServer = {
  snapshot: () => json<Snapshot>('/api/v1/sync/snapshot'),
  async block(url) {
    const response = await send(url, {}, BLOCK_WITHIN);
    return new Uint8Array(await body(response, () => response.arrayBuffer()));
  },
  pull: (cursor, limit) => json<PullPage>(`/api/v1/sync/pull?${new URLSearchParams({ cursor, limit: String(limit) }).toString()}`),
  async push(mutations) {
    const answer = await json<{ results?: unknown }>('/api/v1/sync/push', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ mutations }),
    });
    if (Array.isArray(answer.results)) return answer.results as unknown[];
    throw new ApiProblem(200, { code: UNREADABLE, detail: 'The answer to a push has no results.' });
  },
};

async function send(url: string, init: RequestInit, within: number): Promise<Response> {
  const request = { credentials: 'same-origin', signal: AbortSignal.timeout(within), ...init } satisfies RequestInit;
  const response = await fetch(url, request).catch((error: unknown) => {
    throw offlineProblem(error);
  });
  if (response.ok) return response;
  throw problemOf(response, await response.json().catch(() => null));
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
