/** An RFC 9457 problem as the server words it, or as the client words the absence of one. */
export interface ProblemBody {
  code: string;
  detail: string;
  title?: string;
  status?: number;
  /** Field name → what is wrong with it. */
  errors?: Record<string, string[]>;
  [member: string]: unknown;
}

/** Codes that the client itself gives: no server answered, or what answered was not this API. */
export const OFFLINE = 'offline';
export const UNREADABLE = 'unreadable_answer';

/** Every failed call to the API, whatever failed. Branch on `code`; show `detail`. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: string;
  readonly detail: string;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly fields: Record<string, string[]>;
  /** Milliseconds that the server asked to wait (Retry-After), or null. */
  readonly retryAfter: number | null;
  readonly body: ProblemBody;

  constructor(status: number, body: ProblemBody, retryAfter: number | null = null) {
    super(`${body.code}: ${body.detail}`);
    this.status = status;
    this.code = body.code;
    this.detail = body.detail;
    this.fields = body.errors ?? {};
    this.retryAfter = retryAfter;
    this.body = body;
  }
}

/** Problem of an answer whose body may or may not be a problem document (a proxy's HTML page is none). */
export function problemOf(response: Response, body: unknown): ApiProblem {
  const wait = retryAfter(response.headers.get('Retry-After'), Date.now());
  if (typeof body === 'object' && body !== null && typeof (body as ProblemBody).code === 'string') {
    const problem = body as ProblemBody;
    return new ApiProblem(response.status, { ...problem, detail: problem.detail ?? problem.title ?? '' }, wait);
  }
  return new ApiProblem(response.status, { code: `http_${response.status}`, detail: response.statusText }, wait);
}

/** The problem of a call that never got an answer. */
export function offlineProblem(cause: unknown): ApiProblem {
  const detail = cause instanceof Error ? cause.message : 'no answer';
  return new ApiProblem(0, { code: OFFLINE, detail });
}

/** Milliseconds to wait by a Retry-After header: seconds or an HTTP date. */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
