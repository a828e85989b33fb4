import { ApiProblem, SCHEMA, type SyncServer } from '$lib/api/sync';
import { isFull } from './errors';
import { takeSnapshot, type OnRows } from './snapshot';
import type { TabletCopy } from './tablet-copy';

const PAGE = 1000;
/** The cursor is of no more use: the copy starts again from a snapshot. What waits to be sent is not touched. */
const START_AGAIN = new Set(['epoch_changed', 'scope_changed', 'cursor_expired']);
/** A block may be superseded and destroyed between the list and the fetch; the next list is right. */
const SNAPSHOT_TRIES = 3;

/** What happens beside the rows while they are brought level. */
export interface PullHooks {
  onRows: OnRows;
  /** The server answered and this was its time, RFC 3339. */
  onContact: (serverTime: string) => void;
  /** The server was restored from a backup of this moment, RFC 3339 (null: it did not say). Comes before the new snapshot. */
  onRestored: (restoredTo: string | null) => Promise<void>;
}

/** Brings the copy level with the server: from a snapshot where there is none, then page by page. */
export async function pullAll(server: SyncServer, tablet: TabletCopy, hooks: PullHooks): Promise<void> {
  // Rows that an older app took have the shape of its time.
  if (tablet.copy === null || (tablet.copy.readBy ?? 0) < SCHEMA) await snapshot(server, tablet, hooks, null);
  for (let restarts = 0; ; ) {
    try {
      if (!(await pullPage(server, tablet, hooks))) return;
    } catch (problem) {
      if (!startsAgain(problem) || ++restarts > 1) throw problem;
      if (problem.code === 'epoch_changed') await hooks.onRestored(restoredTo(problem));
      await snapshot(server, tablet, hooks, epochOf(problem));
    }
  }
}

/** Pulls one page; whether there is another. */
async function pullPage(server: SyncServer, tablet: TabletCopy, { onContact }: PullHooks): Promise<boolean> {
  const cursor = tablet.copy?.cursor ?? '';
  const page = await server.pull(cursor, PAGE);
  onContact(page.server_time);
  await makingRoom(tablet, () => tablet.advance(cursor, page));
  if (tablet.foldable === 'now') await makingRoom(tablet, () => tablet.fold());
  return page.more;
}

/**
 * Writes rows. Without room, the overlay is folded to make some, and at last the rows on the disk are dropped: they can
 * be downloaded again. What was done on this tablet is never touched.
 */
async function makingRoom(tablet: TabletCopy, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isFull(error)) throw error;
    try {
      await tablet.dropUnused();
      await tablet.fold();
      await write();
    } catch (again) {
      if (isFull(again)) await tablet.drop();
      throw again;
    }
  }
}

function restoredTo(problem: ApiProblem): string | null {
  const { restored_to } = problem.body;
  return typeof restored_to === 'string' && !Number.isNaN(Date.parse(restored_to)) ? restored_to : null;
}

function startsAgain(problem: unknown): problem is ApiProblem {
  // An unreadable cursor is a 422: a new snapshot gives a readable one.
  return problem instanceof ApiProblem && (START_AGAIN.has(problem.code) || problem.status === 422 || problem.status === 410);
}

/** The epoch that a refusal told of: what the server forgot when it began is known. */
function epochOf({ code, body }: ApiProblem): string | null {
  return code === 'epoch_changed' && typeof body.epoch === 'string' ? body.epoch : null;
}

/**
 * Takes a new snapshot. One of an epoch that neither the copy nor `told` knows comes from a server that was restored
 * once more, or unnoticed while there was no copy: nobody can say what it forgot, and all is told again. Receipts make
 * that safe.
 */
async function snapshot(server: SyncServer, tablet: TabletCopy, hooks: PullHooks, told: string | null): Promise<void> {
  const onEpoch = async (epoch: string) => {
    if (epoch !== tablet.copy?.epoch && epoch !== told) await hooks.onRestored(null);
  };
  for (let tries = 1; ; tries++) {
    try {
      await takeSnapshot(server, tablet, hooks.onRows, onEpoch);
      return;
    } catch (problem) {
      if (isFull(problem)) await tablet.dropUnused();
      const superseded = problem instanceof ApiProblem && problem.status === 404;
      if (!superseded || tries === SNAPSHOT_TRIES) throw problem;
    }
  }
}
