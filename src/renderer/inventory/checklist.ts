import { type TestStage, type TestStep, testStages } from '../../shared/contract/inventory.ts';

/** A line of "Test connection": what was found, what failed, or that its turn has not come. */
export interface ChecklistLine {
  readonly stage: TestStage;
  readonly label: string;
  readonly mark: 'waiting' | 'running' | 'done' | 'failed' | 'skipped';
  readonly step: TestStep | null;
}

const stageLabels: Readonly<Record<TestStage, string>> = {
  resolve: 'Find the address',
  connect: 'Reach the port',
  handshake: 'Speak SSH',
  'host-key': 'Check the host key',
  login: 'Log in',
  shell: 'Start a shell',
  sample: 'Read a sample',
};

/** All stages in their order with what is known of each. While `running`, the first stage without an answer is the one under way. */
export function checklist(steps: readonly TestStep[], running: boolean): readonly ChecklistLine[] {
  const underWay = running ? testStages.find((stage) => !steps.some((step) => step.stage === stage)) : undefined;
  return testStages.map((stage) => {
    const step = steps.find((candidate) => candidate.stage === stage) ?? null;
    return { stage, label: stageLabels[stage], mark: step?.outcome ?? (stage === underWay ? 'running' : 'waiting'), step };
  });
}

/** The end of a test in one sentence, for the status line and for those who listen instead of look. Null while it runs. */
export function verdict(steps: readonly TestStep[], running: boolean): string | null {
  if (running || steps.length === 0) return null;
  const failed = steps.find((step) => step.outcome === 'failed');
  if (failed) return failed.problem?.message ?? `${stageLabels[failed.stage]}: this step failed.`;
  return steps.some((step) => step.stage === 'sample' && step.outcome === 'done')
    ? 'All is well: Hum can read this host.'
    : 'The test ended early.';
}
