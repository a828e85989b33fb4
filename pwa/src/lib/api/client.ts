import createClient from 'openapi-fetch';
import { offlineProblem, problemOf } from './problem';
import type { paths } from './schema';

/** Typed calls to the server on this origin. Paths and types come from backend/openapi.json (`npm run api`). */
export const api = createClient<paths>({ baseUrl: '', credentials: 'same-origin' });

/** Language of the sentences that the server words (reasons, problems): 'ko' or 'en'. */
export function speak(language: string): void {
  spoken = language;
}
let spoken = 'ko';

export function spokenLanguage(): string {
  return spoken;
}

api.use({
  onRequest({ request }) {
    request.headers.set('Accept-Language', spoken);
    return request;
  },
  onError({ error }) {
    return offlineProblem(error);
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of a call, or an ApiProblem thrown: `await call(api.GET('/api/v1/session'))`. */
export async function call<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw problemOf(response, error);
  return data as T;
}
