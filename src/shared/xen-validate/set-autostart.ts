import { called, type Rule, refusal } from './rule.ts';

export const setAutostart: Rule<'set-autostart'> = {
  possible(row) {
    const { configFile } = row.facts;
    if (configFile === null) {
      return refusal(
        row,
        'config-missing',
        `${called(row)} has no configuration on the host to be started from.`,
        'Put one into /etc/xen.',
      );
    }
    if (!configFile.startsWith('/etc/xen/auto/')) return undefined;
    const hint = 'Move it to /etc/xen; then Hum can link it.';
    return refusal(row, 'wrong-state', `The configuration of ${called(row)} lies in /etc/xen/auto itself.`, hint);
  },
  acceptable({ on }, row) {
    if (on !== row.facts.autostart) return undefined;
    return refusal(
      row,
      'wrong-state',
      `${called(row)} ${on ? 'starts with its host already' : 'does not start with its host'}.`,
      'There is nothing to do.',
    );
  },
};
