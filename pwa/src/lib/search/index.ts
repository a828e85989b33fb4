export { CUSTOMERS, PRODUCTS, type IndexSpec } from './fields';
export { marks, type Mark } from './marks';
export { search, type Found, type Place, type Searchable } from './search';
export { Segment, type Columns } from './segment';
