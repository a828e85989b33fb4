export { roleName } from './role-name';
export { isOffline, sayField, sayProblem } from './say-problem';
export { Session, type SessionPhase } from './session.svelte';
export type * from './types';
