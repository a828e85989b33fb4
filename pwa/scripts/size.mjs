// Prints what a first visit to the floor downloads: the entry's static imports, gzipped, in bytes.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const dist = path.join(import.meta.dirname, '..', 'dist');
const manifestFile = path.join(dist, '.vite', 'manifest.json');
if (!existsSync(manifestFile)) {
  console.error('dist is empty: run `npm run build` first');
  process.exit(2);
}
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));

/** The chunk and everything that it imports statically. */
function reach(keys, seen = new Set()) {
  for (const key of keys) {
    if (seen.has(key)) continue;
    seen.add(key);
    reach(manifest[key]?.imports ?? [], seen);
  }
  return seen;
}

// The floor's own chunk may be loaded lazily by the router; it is part of the first load all the same.
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const floor = Object.keys(manifest).filter((key) => /^src\/floor\/[^/]+\.(svelte|ts)$/.test(key));
const files = [...reach([entry, ...floor])].map((key) => manifest[key].file).filter((file) => file.endsWith('.js'));
const sizes = files.map((file) => ({ file, gz: gzipSync(readFileSync(path.join(dist, file)), { level: 9 }).length }));
const total = sizes.reduce((sum, { gz }) => sum + gz, 0);

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ total_gz: total, files: sizes }));
} else {
  for (const { file, gz } of sizes) console.log(`${String(gz).padStart(8)}  ${file}`);
  console.log(`${String(total).padStart(8)}  bytes gz, first load (limit 120000)`);
}
process.exit(total > 120_000 ? 1 : 0);
