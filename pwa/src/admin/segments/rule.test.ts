import { describe, expect, it } from 'vitest';
import { blank, doubled, emptyGroup, fromJson, isComplete, moved, placed, replaced, toJson, type Condition, type Group, type Leaf } from './rule';

const points: Condition = {
  name: 'points', group: 'loyalty', group_ko: '', group_en: '', ko: '', en: '',
  ops: [{ name: 'at_least', ko: '', en: '' }], value: { kind: 'number' }, parameters: [],
};
const consent: Condition = {
  ...points, name: 'marketing_consent', value: { kind: 'boolean' },
  parameters: [{ name: 'channel', kind: 'choice', required: true, ko: '', en: '', choices: [{ value: 'sms', ko: '', en: '' }] }, { name: 'unit', kind: 'unit', required: true, ko: '', en: '' }],
};
const known = new Map([points, consent].map((each) => [each.name, each]));
const tree = {
  all: [
    { is: 'points', op: 'at_least', value: 30000 },
    { any: [{ is: 'district', op: 'is', value: '강남구' }, { is: 'purchase_sum', op: 'at_least', value: 1, currency: 'KRW' }] },
    { not: { any: [{ is: 'points', op: 'at_least', value: 9 }] } },
  ],
};

describe('a rule', () => {
  it('comes back as it was', () => {
    expect(toJson(fromJson(tree))).toEqual(tree);
  });

  it('gets a group around a single condition', () => {
    expect(toJson(fromJson({ is: 'points', op: 'at_least', value: 1 }))).toEqual({ all: [{ is: 'points', op: 'at_least', value: 1 }] });
    expect(toJson(fromJson({ not: { is: 'points', op: 'at_least', value: 1 } }))).toEqual({ not: { any: [{ is: 'points', op: 'at_least', value: 1 }] } });
  });

  it('is complete when everything is filled in that must be', () => {
    const begun = blank(points);
    expect(isComplete(emptyGroup([begun]), known)).toBe(false);
    expect(isComplete(emptyGroup([{ ...begun, value: 0 }]), known)).toBe(true);
    const asked = blank(consent);
    expect(asked.parts).toEqual({ channel: 'sms', unit: null });
    expect(isComplete(emptyGroup([asked]), known)).toBe(false);
    expect(isComplete(emptyGroup([{ ...asked, parts: { ...asked.parts, unit: 'u' } }]), known)).toBe(true);
  });

  it('is changed in one place, doubled and moved', () => {
    const rule = fromJson(tree);
    const first = rule.parts[0] as Leaf;
    const inner = (rule.parts[1] as Group).parts[1] as Leaf;
    expect(toJson(replaced(rule, first.id, (node) => ({ ...(node as Leaf), value: 5 })))).toEqual({ all: [{ ...tree.all[0], value: 5 }, ...tree.all.slice(1)] });
    expect((replaced(rule, inner.id, () => null).parts[1] as Group).parts).toHaveLength(1);
    const twice = doubled(rule, inner.id).parts[1] as Group;
    expect(twice.parts.map((part) => (part as Leaf).name)).toEqual(['district', 'purchase_sum', 'purchase_sum']);
    expect(new Set(twice.parts.map((part) => part.id)).size).toBe(3);
    expect(toJson(moved(rule, first.id, 1))).toEqual({ all: [tree.all[1], tree.all[0], tree.all[2]] });
    expect(toJson(moved(rule, first.id, -1))).toEqual(tree);
  });

  it('finds what the server names', () => {
    const rule = fromJson(tree);
    expect(placed(rule, 'rule.all.0.value')).toEqual({ id: rule.parts[0]?.id, part: 'value' });
    expect(placed(rule, 'rule.all.1.any.1.currency')).toEqual({ id: (rule.parts[1] as Group).parts[1]?.id, part: 'currency' });
    expect(placed(rule, 'rule.all.2.not.any.0.value')).toEqual({ id: (rule.parts[2] as Group).parts[0]?.id, part: 'value' });
    expect(placed(rule, 'rule')).toBeNull();
  });
});
