import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import boundaries from './eslint.boundaries.js';
import svelteConfig from './svelte.config.js';

const noFetch = [
  { name: 'fetch', message: 'Only lib/api talks to the server.' },
  { name: 'XMLHttpRequest', message: 'Only lib/api talks to the server.' },
  { name: 'EventSource', message: 'Only lib/api talks to the server.' },
];
const noIndexedDb = [
  { name: 'indexedDB', message: 'Only lib/vault stores things.' },
  { name: 'localStorage', message: 'Only lib/vault and lib/i18n store things.' },
  { name: 'sessionStorage', message: 'Only lib/vault stores things.' },
];
const noIdb = { paths: [{ name: 'idb', message: 'Only lib/vault stores things.' }] };

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'src/lib/i18n/paraglide/', 'src/lib/api/schema.d.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.worker },
      parserOptions: { tsconfigRootDir: import.meta.dirname },
    },
    plugins: { boundaries },
    rules: {
      'boundaries/folders': 'error',
      'no-undef': 'off', // TypeScript knows better.
      'no-restricted-globals': ['error', ...noFetch, ...noIndexedDb],
      'no-restricted-imports': ['error', noIdb],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      eqeqeq: ['error', 'always'],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      'svelte/require-each-key': 'error',
      // It reports every Map and URLSearchParams, reactive or not; $state.raw with whole-value replacement is our habit.
      'svelte/prefer-svelte-reactivity': 'off',
      'prefer-const': 'off', // `let { … } = $props()` is Svelte's idiom.
    },
  },
  { files: ['src/lib/api/**'], rules: { 'no-restricted-globals': ['error', ...noIndexedDb] } },
  {
    files: ['src/lib/vault/**'],
    rules: { 'no-restricted-globals': ['error', ...noFetch], 'no-restricted-imports': 'off' },
  },
  // Indexes of typed arrays in inner loops: a check for undefined on each would be noise, and cost.
  { files: ['src/lib/search/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['src/lib/i18n/**'], rules: { 'no-restricted-globals': ['error', ...noFetch] } },
  {
    files: ['**/*.test.ts', 'tests/**', 'scripts/**', '*.config.*', 'eslint.*.js'],
    languageOptions: { globals: globals.node },
    rules: {
      'max-lines-per-function': 'off',
      'no-console': 'off',
      'no-restricted-globals': 'off',
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
