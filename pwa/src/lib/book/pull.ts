import { ApiProblem, type SyncServer } from '$lib/api/sync';
import { takeSnapshot, type OnRows } from './snapshot';
import type { TabletCopy } from './tablet-copy';

const PAGE = 1000;
/** With more of an overlay than this, folding cannot wait for a quiet moment. */
const FOLD_NOW = 4000;
/** The cursor is of no more use: the copy starts again from a snapshot. What waits to be sent is not touched. */
const START_AGAIN = new Set(['epoch_changed', 'scope_changed', 'cursor_expired']);
/** A block may be superseded and destroyed between the list and the fetch; the next list is right. */
const SNAPSHOT_TRIES = 3;

/** Brings the copy level with the server: from a snapshot where there is none, then page by page. */
export async function pullAll(server: SyncServer, tablet: TabletCopy, onRows: OnRows): Promise<void> {
  if (tablet.copy === null) await snapshot(server, tablet, onRows);
  for (let restarts = 0; ; ) {
    try {
      if (!(await pullPage(server, tablet))) return;
    } catch (problem) {
      if (!startsAgain(problem) || ++restarts > 1) throw problem;
      await snapshot(server, tablet, onRows);
    }
  }
}

/** Pulls one page; whether there is another. */
async function pullPage(server: SyncServer, tablet: TabletCopy): Promise<boolean> {
  const cursor = tablet.copy?.cursor ?? '';
  const page = await server.pull(cursor, PAGE);
  await tablet.advance(cursor, page);
  if (tablet.overlaid > FOLD_NOW) await tablet.fold();
  return page.more;
}

function startsAgain(problem: unknown): boolean {
  // An unreadable cursor is a 422: a new snapshot gives a readable one.
  return problem instanceof ApiProblem && (START_AGAIN.has(problem.code) || problem.status === 422 || problem.status === 410);
}

async function snapshot(server: SyncServer, tablet: TabletCopy, onRows: OnRows): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await takeSnapshot(server, tablet, onRows);
      return;
    } catch (problem) {
      const superseded = problem instanceof ApiProblem && problem.status === 404;
      if (!superseded || tries === SNAPSHOT_TRIES) throw problem;
    }
  }
}
