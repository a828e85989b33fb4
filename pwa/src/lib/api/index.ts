export { api, call, speak } from './client';
export { ApiProblem, OFFLINE, UNREADABLE, type ProblemBody } from './problem';
export type { components, paths } from './schema';
