import { readFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';
import { expect, test } from 'vitest';

const openapi = new URL('../../backend/openapi.json', import.meta.url);
const schema = new URL('../src/lib/api/schema.d.ts', import.meta.url);

test('the types of the API are those of backend/openapi.json (`npm run api` writes them)', async () => {
  const types = astToString(await openapiTS(openapi));
  const written = await readFile(schema, 'utf8');
  expect(written.slice(written.indexOf('export interface paths'))).toBe(types.slice(types.indexOf('export interface paths')));
}, 30_000);
