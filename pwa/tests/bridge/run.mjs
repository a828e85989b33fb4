// Runs bridge.ts as it stands, without a build: `node tests/bridge/run.mjs`, in pwa/.
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const server = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, ws: false, hmr: false, watch: null },
  resolve: { alias: { $lib: `${root}/src/lib` } },
});
const { serve } = await server.ssrLoadModule('/tests/bridge/bridge.ts');
await serve();
await server.close();
process.exit(0);
