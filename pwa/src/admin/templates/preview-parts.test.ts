import { expect, test } from 'vitest';
import { marked } from './preview-parts';

test('the legal frame and characters that carriers drop are runs of their own', () => {
  const text = '(광고)하늘\n😀₩5 할인\n무료수신거부';
  const problems = [...text].flatMap((char, index) => ('😀₩'.includes(char) ? [{ char, index, suggestion: null }] : []));
  const parts = marked({ text, before: '(광고)하늘\n', after: '\n무료수신거부', euc_kr_problems: problems });
  expect(parts).toEqual([
    { text: '(광고)하늘\n', frame: true, bad: false },
    { text: '😀', frame: false, bad: true },
    { text: '₩', frame: false, bad: true },
    { text: '5 할인', frame: false, bad: false },
    { text: '\n무료수신거부', frame: true, bad: false },
  ]);
});
