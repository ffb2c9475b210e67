import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAlertStore } from '../../src/main/alerts/open-store.ts';
import { type RuleId, type RuleSettings, ruleKinds } from '../../src/shared/alert-rules.ts';

/** The alerts.db that a Hum left behind in which somebody has set one rule for the fleet so. `at`: epoch ms. */
export function alertsFile(rule: RuleId, change: Partial<RuleSettings>, at: number): Uint8Array {
  const dir = mkdtempSync(join(tmpdir(), 'hum-e2e-alerts-'));
  try {
    const { store } = openAlertStore(dir, new Date(at));
    store.putRule({ rule, scope: { kind: 'fleet' }, settings: { ...ruleKinds[rule].defaults, ...change }, by: 'ops', at });
    store.close();
    return readFileSync(join(dir, 'alerts.db'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
