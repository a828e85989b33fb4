import { expect, test } from 'vitest';
import { fieldsOf } from './template-fields';

const known = ['product.name', 'offer.title', 'offer.until', 'pickup.time'].map((name) => ({ name }));

test.each([
  ['{{ customer.name }}님, 반갑습니다.', []],
  ['{{ offer.title | default: "혜택" }}{% if offer.until %} ({{ offer.until }}까지){% endif %}', ['offer.title', 'offer.until']],
  ['{{ pickup.time }}에 {{ product.name }}', ['pickup.time', 'product.name']],
  ['product.name을 적어 주세요', []],
  ['{{ customer.name | default: "product.name" }}', []],
  ['{{ shop.product.name }} {{ product.names }}', []],
])('the fields to fill in of %s are %j', (body, names) => {
  expect(fieldsOf(body, known).map(({ name }) => name)).toEqual(names);
});
