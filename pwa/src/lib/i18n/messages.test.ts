import { expect, test } from 'vitest';
import en from './messages/en.json';
import ko from './messages/ko.json';

const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();
const keys = Object.keys(ko).filter((key) => key !== '$schema') as (keyof typeof ko)[];

test('both languages have the same messages with the same places to fill', () => {
  expect(Object.keys(en)).toEqual(Object.keys(ko));
  for (const key of keys) expect(places(en[key]), key).toEqual(places(ko[key]));
});

test('no message is empty or shouts', () => {
  for (const key of keys) {
    expect(ko[key].trim(), key).not.toBe('');
    expect(en[key].trim(), key).not.toBe('');
    expect(ko[key] + en[key], key).not.toContain('!');
  }
});
