// What the bare pages share: an IndexedDB of encrypted blocks, and an index for the questions that Find answers (last
// four digits, name, initial consonants, Latin name, card). No library, no class, nothing that is not needed.
const INITIALS = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ';

export function openDatabase() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('bare');
    opening.onupgradeneeded = () => {
      for (const store of ['blocks', 'copy', 'keys']) opening.result.createObjectStore(store);
    };
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

export function put(database, store, value, key) {
  return new Promise((resolve, reject) => {
    const write = database.transaction(store, 'readwrite');
    write.objectStore(store).put(value, key);
    write.oncomplete = resolve;
    write.onerror = () => reject(write.error);
  });
}

export function all(database, store) {
  return new Promise((resolve, reject) => {
    const reading = database.transaction(store).objectStore(store).getAll();
    reading.onsuccess = () => resolve(reading.result);
    reading.onerror = () => reject(reading.error);
  });
}

export function newKey() {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** The key that a password gives at this cost: `memory` in KiB, and `passes`. */
export function derived(cost) {
  const worker = new Worker('./password.js');
  worker.postMessage(cost);
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(crypto.subtle.importKey('raw', data, 'AES-GCM', false, ['encrypt', 'decrypt']));
    worker.onerror = reject;
  });
}

export async function seal(key, plain) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, body: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain) };
}

export function unseal(key, { iv, body }) {
  return crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, body);
}

function initials(name) {
  let out = '';
  for (const ch of name) {
    const at = ch.charCodeAt(0) - 0xac00;
    out += at >= 0 && at < 11172 ? INITIALS[Math.floor(at / 588)] : ch;
  }
  return out;
}

export const index = { rows: 0, lastFour: new Map(), names: [], initials: [], latin: [], cards: new Map(), skus: new Map(), newer: new Map() };

/** Rows that are newer than their blocks: by id, in the place of those. */
export function overlay(changes) {
  for (const { collection, id, row } of changes) index.newer.set(`${collection}:${id}`, row);
}

export function add(bytes) {
  const block = JSON.parse(new TextDecoder().decode(bytes));
  const column = (name) => block.columns[block.fields.indexOf(name)];
  const ids = column('id');
  index.rows += ids.length;
  if (block.collection === 'products') column('sku').forEach((sku, i) => index.skus.set(sku, [block, i]));
  if (block.collection !== 'customers') return;
  const [names, latin, phones, cards] = ['name', 'name_latin', 'phone', 'cards'].map(column);
  for (let i = 0; i < ids.length; i += 1) {
    index.names.push(names[i].toLowerCase());
    index.initials.push(initials(names[i]));
    index.latin.push((latin[i] ?? '').toLowerCase());
    const four = phones[i]?.slice(-4);
    if (four !== undefined) {
      const same = index.lastFour.get(four);
      if (same === undefined) index.lastFour.set(four, [[block, i]]);
      else same.push([block, i]);
    }
    for (const card of cards[i]) index.cards.set(card, [block, i]);
  }
}
