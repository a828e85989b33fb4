import type { BlockBody, PullPage, ServerTerms, Snapshot, SyncServer } from '$lib/api/sync';
import { inParallel } from './serial';

const AT_ONCE = 8;
/** What was fetched ahead is of use for so long, milliseconds. */
const FRESH = 60_000;

/** A server of which the first snapshot is fetched ahead, into memory. Each part of it is given out once. */
export class HeadStart implements SyncServer {
  readonly #server: SyncServer;
  readonly #began = Date.now();
  #snapshot: Promise<Snapshot> | null = null;
  readonly #blocks = new Map<string, Promise<BlockBody>>();
  /** Blocks that were asked for before they were fetched ahead. */
  readonly #asked = new Set<string>();

  constructor(server: SyncServer) {
    this.#server = server;
  }

  /** Fetches until everything is there. Never rejects: whoever asks for a part asks the server again. */
  async begin(): Promise<void> {
    try {
      this.#snapshot = this.#server.snapshot();
      const { collections } = await this.#snapshot;
      const urls = Object.values(collections).flatMap(({ blocks }) => blocks.map(({ url }) => url));
      await inParallel(urls, AT_ONCE, async (url) => {
        if (this.#asked.has(url)) return;
        const coming = this.#server.block(url);
        this.#blocks.set(url, coming);
        await coming;
      });
    } catch {
      // The sync that follows meets the same trouble and says so.
    }
  }

  snapshot(): Promise<Snapshot> {
    const early = Date.now() - this.#began < FRESH ? this.#snapshot : null;
    this.#snapshot = null;
    return early?.catch(() => this.#server.snapshot()) ?? this.#server.snapshot();
  }

  block(url: string): Promise<BlockBody> {
    this.#asked.add(url);
    const early = this.#blocks.get(url);
    this.#blocks.delete(url);
    return early?.catch(() => this.#server.block(url)) ?? this.#server.block(url);
  }

  pull(cursor: string, limit: number): Promise<PullPage> {
    return this.#server.pull(cursor, limit);
  }

  push(mutations: readonly unknown[], more: boolean): Promise<unknown[]> {
    return this.#server.push(mutations, more);
  }

  sealed(items: readonly unknown[], more: boolean): Promise<unknown[]> {
    return this.#server.sealed(items, more);
  }

  terms(): Promise<ServerTerms> {
    return this.#server.terms();
  }

  events(onVersion: (v: number) => void, signal: AbortSignal): Promise<void> {
    return this.#server.events(onVersion, signal);
  }

  demo(): Promise<boolean> {
    return this.#server.demo();
  }
}
