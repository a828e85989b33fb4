export { api, call, speak } from './client';
export { ApiProblem, OFFLINE, UNREADABLE, type ProblemBody } from './problem';
export {
  httpSyncServer,
  SCHEMA,
  type BlockBody,
  type PullPage,
  type ServerTerms,
  type Snapshot,
  type SnapshotBlock,
  type SyncServer,
} from './sync';
export type { components, paths } from './schema';
export { uploadImport } from './upload';
