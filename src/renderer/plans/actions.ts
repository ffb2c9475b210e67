import type { AuditQuery, PlanView } from '../../shared/contract/plans.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { act } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { downloadText } from '../components/download.ts';
import type { Decision } from './plan-looks.ts';

const doing: Readonly<Record<Decision, string>> = {
  cancel: 'Cancelling',
  resume: 'Going on with',
  undo: 'Undoing',
  dismiss: 'Leaving',
};

/** Does what a person decided about a plan. What comes of it shows on the page itself. */
export async function decide(plan: PlanView, decision: Decision): Promise<void> {
  await act({
    doing: `${doing[decision]} “${visibleText(plan.title, 80)}”`,
    run: () => client.plans[decision]({ id: plan.id }),
    done: () => null,
  });
}

/** Saves what the audit log answers to a query as a file on the person's machine. */
export async function exportAudit(query: Omit<AuditQuery, 'before'>, format: 'csv' | 'json'): Promise<void> {
  await act({
    doing: 'Exporting the audit log',
    run: async () => {
      const file = await client.plans.exportAudit({ ...query, format });
      downloadText(file.fileName, file.text, format === 'csv' ? 'text/csv' : 'application/json');
      return file.fileName;
    },
    done: (fileName) => `Saved ${fileName}.`,
  });
}
