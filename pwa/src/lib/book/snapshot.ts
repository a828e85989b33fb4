import { ApiProblem, SCHEMA, type Snapshot, type SnapshotBlock, type SyncServer } from '$lib/api/sync';
import { Block, inParallel, unpack, type BlockRef } from '$lib/vault';
import type { PreparedBlock, TabletCopy } from './tablet-copy';

/** Browsers open six connections to a server of HTTP/1.1; with two more there is always one waiting to be sent. */
const AT_ONCE = 8;

export type OnRows = (loaded: number, expected: number) => void;

/** Fetches a new snapshot — only the blocks that are not stored — and installs it whole. Its epoch is told before. */
export async function takeSnapshot(
  server: SyncServer, tablet: TabletCopy, onRows: OnRows, onEpoch: (epoch: string) => Promise<void>,
): Promise<void> {
  const snapshot = await server.snapshot();
  await onEpoch(snapshot.epoch);
  const wanted = wantedBlocks(snapshot, tablet);
  const stored = await tablet.storedBlocks();
  const expected = wanted.reduce((sum, { rows }) => sum + rows, 0);
  const prepared = new Map<string, PreparedBlock>();
  let loaded = 0;
  onRows(0, expected);
  await inParallel(wanted, AT_ONCE, async (ref) => {
    const block = stored.has(ref.key) ? await tablet.storedBlock(ref) : await download(server, tablet, ref);
    prepared.set(ref.key, tablet.prepare(ref.key, block));
    loaded += ref.rows;
    onRows(loaded, expected);
  });
  const { epoch, schema, scope, cursor } = snapshot;
  const blocks = wanted.map(({ key, collection, rows }) => ({ key, collection, rows }));
  await tablet.install({ epoch, schema, scope, cursor, asOf: null, readBy: SCHEMA, blocks }, [...prepared.values()]);
}

type WantedBlock = BlockRef & Pick<SnapshotBlock, 'url'>;

function wantedBlocks(snapshot: Snapshot, tablet: TabletCopy): WantedBlock[] {
  return Object.entries(snapshot.collections)
    .filter(([collection]) => tablet.keeps(collection))
    .flatMap(([collection, { blocks }]) => blocks.map(({ hash, url, rows }) => ({ key: hash, collection, rows, url })));
}

async function download(server: SyncServer, tablet: TabletCopy, ref: WantedBlock): Promise<Block> {
  const { bytes, gzip } = await server.block(ref.url);
  const body = gzip ? await unpack(bytes).catch(() => bytes) : bytes;
  if ((await sha256(body)) !== ref.key) {
    throw new ApiProblem(200, { code: 'block_corrupt', detail: `A block arrived damaged: ${ref.key}` });
  }
  const [block] = await Promise.all([new Block(body), tablet.keepBlock({ ...ref, body, ...(gzip ? { packed: bytes } : {}) })]);
  return block;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
