import { expect, test } from 'vitest';
import vectors from '../../../../tests/contract/templates.json';
import { readingOrder, write } from './liquid';

interface Case {
  body: string;
  values: Record<string, string>;
  text?: string;
  empty?: string[];
  server_only?: boolean;
}

test.each(vectors.cases as Case[])('$body', ({ body, values, text, empty, server_only }) => {
  const wanted = server_only === true ? 'server_only' : empty === undefined ? { text } : { empty };
  expect(write(body, values)).toEqual(wanted);
});

test.each(vectors.reading_order)('languages for $reader', ({ reader, order }) => {
  expect(readingOrder(reader)).toEqual(order);
});

test.each(['{% if customer.name %}x', '{% endif %}', '{% if a and b %}x{% endif %}', '{{ x }}'])(
  'what is not of the common part is left to the server: %s',
  (body) => {
    expect(write(body, { 'customer.name': 'x' })).toBe('server_only');
  },
);
