import { fileURLToPath } from 'node:url';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

const backend = process.env.DANGOL_BACKEND ?? 'http://127.0.0.1:8000';

export default defineConfig({
  base: '/',
  resolve: { alias: { $lib: fileURLToPath(new URL('./src/lib', import.meta.url)) } },
  plugins: [
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/lib/i18n/paraglide',
      strategy: ['globalVariable', 'baseLocale'],
    }),
    tailwindcss(),
    svelte(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'service-worker.ts',
      // Registration and the update prompt are ours (lib/updates/updates.svelte.ts): an inline script would break the CSP.
      injectRegister: false,
      // The manifest is a static file (public/manifest.webmanifest), so that its icons stay beside it.
      manifest: false,
      injectManifest: {
        globPatterns: ['**/*.{html,js,css,svg,png,woff2,wasm,webmanifest}'],
        maximumFileSizeToCacheInBytes: 4 * 1024 * 1024,
      },
    }),
  ],
  build: {
    target: 'es2023',
    assetsDir: 'assets',
    manifest: '.vite/manifest.json',
    // A data: URL for a script or font would be refused by the CSP.
    assetsInlineLimit: 0,
    // The polyfill is an inline script; every supported browser preloads modules itself.
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  server: {
    port: 5173,
    proxy: { '/api': backend, '/simulator': backend, '/healthz': backend },
  },
});
