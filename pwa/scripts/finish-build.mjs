// After the build: the API's documentation page beside the app, and a brotli twin of every file that is text, so that
// the server compresses nothing while somebody waits.
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const DIST = 'dist';
const SWAGGER = 'node_modules/swagger-ui-dist';
const TEXT = /\.(js|css|html|svg|webmanifest|wasm)$/;
const WORTH_IT = 1024;

const docs = join(DIST, 'api-docs');
await mkdir(docs, { recursive: true });
await cp('api-docs', docs, { recursive: true });
for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css']) await cp(join(SWAGGER, name), join(docs, name));

for (const entry of await readdir(DIST, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !TEXT.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const plain = await readFile(path);
  if (plain.length < WORTH_IT) continue;
  await writeFile(`${path}.br`, brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
}
