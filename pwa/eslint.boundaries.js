// Which folder of src may import which. One local rule instead of a plugin: the table below is the whole configuration.
import path from 'node:path';

const src = path.join(import.meta.dirname, 'src');

/** Folder → folders it may import from. A folder may always import itself. `app` is the files directly in src/. */
const allowed = {
  'lib/api': [],
  'lib/search': [],
  'lib/vault': [],
  'lib/i18n': [],
  'lib/rhythm': [],
  'lib/offers': [],
  'lib/book': ['lib/api', 'lib/vault', 'lib/search', 'lib/rhythm', 'lib/offers'],
  'lib/session': ['lib/api', 'lib/i18n'],
  'lib/ui': ['lib/i18n', 'lib/rhythm'],
  'lib/push': ['lib/api', 'lib/i18n', 'lib/session', 'lib/ui'],
  'lib/*': ['lib/i18n'],
  // What the features of one area have in common (its context, its words): `floor/shared`, `admin/shared`.
  shared: ['lib/api', 'lib/book', 'lib/session', 'lib/i18n', 'lib/rhythm', 'lib/ui', 'lib/push', 'lib/*'],
  feature: ['lib/api', 'lib/book', 'lib/session', 'lib/i18n', 'lib/rhythm', 'lib/ui', 'lib/push', 'lib/*', 'shared'],
  app: ['lib/api', 'lib/book', 'lib/session', 'lib/i18n', 'lib/rhythm', 'lib/ui', 'lib/push', 'lib/*', 'feature', 'shared'],
};
const areas = ['floor', 'admin', 'member'];

/** The folder that a file belongs to, as `kind` for the table and `name` to tell siblings apart. */
function place(file) {
  const parts = path.relative(src, file).split(path.sep);
  if (parts[0] === '..') return null;
  if (parts.length === 1) return { kind: 'app', name: 'app' };
  if (parts[0] === 'lib') {
    const name = `lib/${parts[1]}`;
    return { kind: name in allowed ? name : 'lib/*', name };
  }
  if (!areas.includes(parts[0])) return { kind: 'app', name: 'app' };
  // Files directly in an area are its frame (rail, routes): they may mount every feature of that area.
  if (parts.length === 2) return { kind: 'frame', name: parts[0] };
  return { kind: parts[1] === 'shared' ? 'shared' : 'feature', name: `${parts[0]}/${parts[1]}` };
}

const areaOf = ({ name }) => name.split('/')[0];

function permitted(from, to) {
  if (from.name === to.name) return true;
  if (from.kind === 'frame') return to.name.startsWith(`${from.name}/`) || allowed.feature.includes(to.kind);
  if (from.kind === 'app') return to.kind === 'frame' || allowed.app.includes(to.kind);
  if (to.kind === 'shared' && areaOf(from) !== areaOf(to)) return false;
  return allowed[from.kind].includes(to.kind);
}

/** @type {import('eslint').Rule.RuleModule} */
const folders = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { wall: '{{from}} must not import {{to}} (the table is in eslint.boundaries.js)' },
  },
  create(context) {
    const from = place(context.filename);
    if (from === null) return {};
    const check = (node) => {
      const specifier = node.source?.value;
      if (typeof specifier !== 'string') return;
      const target = specifier.startsWith('$lib/')
        ? path.join(src, 'lib', specifier.slice(5))
        : specifier.startsWith('.')
          ? path.resolve(path.dirname(context.filename), specifier)
          : null;
      const to = target === null ? null : place(target);
      if (to !== null && !permitted(from, to)) {
        context.report({ node, messageId: 'wall', data: { from: from.name, to: to.name } });
      }
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};

export default { rules: { folders } };
