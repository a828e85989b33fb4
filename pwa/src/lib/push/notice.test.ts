import { describe, expect, test } from 'vitest';
import { kindsAt, pathFor, readNotice, sentence } from './notice';

describe('what a push says', () => {
  test('is read as far as it can be used', () => {
    expect(readNotice({ v: 1, kind: 'reply', count: 2, path: '/admin/replies', language: 'en', notice: 'x' })).toEqual({
      kind: 'reply', count: 2, path: '/admin/replies', language: 'en',
    });
    expect(readNotice({ kind: 'reply' })).toEqual({ kind: 'reply', count: 1, path: '/floor/alerts', language: 'ko' });
    for (const odd of [null, undefined, 7, 'x', [], {}, { kind: 7 }, { kind: 'toString' }, { kind: 'constructor' }, { kind: '__proto__' }]) {
      expect(readNotice(odd)).toEqual({ kind: 'unknown', count: 1, path: '/floor', language: 'ko' });
    }
    for (const count of [0, -1, 1.5, NaN, Infinity, '3', null]) expect(readNotice({ kind: 'reply', count }).count).toBe(1);
    expect(readNotice({ kind: 'reply', count: 1e9 }).count).toBe(9_999);
  });

  test('leads only where its kind may lead', () => {
    for (const elsewhere of ['https://example.com/', '//example.com', '/floor/../l/abc', '/admin/staff', 'javascript:alert(1)', '', 7, null]) {
      expect(pathFor('reply', elsewhere)).toBe('/floor/alerts');
    }
    expect(pathFor('unknown', '/admin/replies')).toBe('/floor');
    expect(pathFor('paused', '/admin/messages')).toBe('/admin/messages');
  });

  test('is one sentence in either language', () => {
    expect(sentence({ kind: 'reply', count: 2 }, 'ko')).toBe('답장 2건이 왔습니다.');
    expect(sentence({ kind: 'reply', count: 2 }, 'en')).toBe('Texts received: 2');
    expect(sentence({ kind: 'unknown', count: 1 }, 'ko')).toBe('확인할 일이 있습니다.');
  });

  test('is seen on its own screens', () => {
    expect(kindsAt('/floor/alerts')).toEqual(['reply']);
    expect(kindsAt('/admin/conflicts')).toEqual(['conflict']);
    expect(kindsAt('/floor')).toEqual([]);
  });
});
