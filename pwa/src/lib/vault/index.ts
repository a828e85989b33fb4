export { Block, BlockError, encodeBlock, type Row } from './block';
export { identityCipher, type Cipher } from './cipher';
export { CopyStore, type BlockRef, type Change, type Copy, type NewBlock, type Step, type Stored } from './copy-store';
export { destroyDatabase, openDatabase, type Database } from './database';
export { JOURNAL_FOR, OutboxStore, type Mutation, type Receipted } from './outbox-store';
