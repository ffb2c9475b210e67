/** The dependency rules of the house (docs/architecture.md): who may import whom, downwards only. */

const features = 'fleet|alerts|channels|backups|history|memory|network|inventory|settings|demo|xen|terminals|files|prompts|commands';

/** Folders of src/main from the top floor to the ground; each may import only what stands after it. */
const floors = ['desktop|web', 'console\\.ts|router\\.ts', features, 'plans|probe', 'ssh', 'storage|logging\\.ts|stream\\.ts|pieces\\.ts'];

const upwards = floors.slice(1).map((floor, index) => ({
  name: `main: ${floor} imports nothing above it`,
  severity: 'error',
  from: { path: `^src/main/(?:${floor})(?:/|$)` },
  to: { path: `^src/main/(?:${floors.slice(0, index + 1).join('|')})(?:/|$)` },
}));

module.exports = {
  forbidden: [
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'shared imports nothing of ours', severity: 'error', from: { path: '^src/shared/' }, to: { path: '^src/(?!shared/)' } },
    { name: 'shared does no I/O', severity: 'error', from: { path: '^src/shared/' }, to: { dependencyTypes: ['core'] } },
    {
      name: 'renderer and preload import only shared',
      severity: 'error',
      from: { path: '^src/(renderer|preload)/' },
      to: { path: '^src/main/' },
    },
    { name: 'the renderer has no Node', severity: 'error', from: { path: '^src/renderer/' }, to: { dependencyTypes: ['core'] } },
    {
      name: 'main has no React',
      severity: 'error',
      from: { path: '^src/main/' },
      to: { path: '^(src/(renderer|preload)/|node_modules/(react|@mantine)/)' },
    },
    {
      name: 'electron stays in main/desktop and preload',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main/desktop|preload)/' },
      to: { path: '(^|node_modules/)electron(-store)?(/|$)' },
    },
    {
      name: 'features of main do not import each other',
      severity: 'error',
      from: { path: `^src/main/(${features})/`, pathNot: '^src/main/demo/' },
      to: { path: `^src/main/(${features})/`, pathNot: '^src/main/$1/' },
    },
    {
      name: 'the demo takes nothing but their scripts from other features, and answers them',
      severity: 'error',
      from: { path: '^src/main/demo/' },
      to: { path: `^src/main/(${features})/`, pathNot: ['^src/main/demo/', '\\.sh(\\?raw)?$'] },
    },
    { name: 'nothing is an orphan', severity: 'error', from: { orphan: true, pathNot: '\\.d\\.ts$' }, to: {} },
    { name: 'everything resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...upwards,
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json', '.css', '.sh'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
