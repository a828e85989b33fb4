import { api, call } from '$lib/api';

export interface StoreChoice {
  code: string;
  name: string;
}

/** Stores to choose from. @throws ApiProblem */
export async function storeChoices(): Promise<StoreChoice[]> {
  const page = (await call(api.GET('/api/v1/stores', { params: { query: { limit: 100 } } }))) as { items: StoreChoice[] };
  return page.items;
}
