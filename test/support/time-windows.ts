import { parseClassificationRules } from '../../gateway/control/governance/parse-classification-rules.ts';
import type { TimeWindow } from '../../gateway/policy/windows/time-window.ts';

/** Reads one time window as it is written in a rule, in YAML's flow style. */
export function readWindow(written: string): TimeWindow {
  const parsed = parseClassificationRules(
    `version: 1\nclasses: [{ name: c, tags: [t] }]\nrules: [{ name: r, during: [${written}], effect: deny }]`,
  );
  const [window] = parsed.ok ? (parsed.value.rules[0]?.during ?? []) : [];
  if (window === undefined) throw new Error(JSON.stringify(parsed));
  return window;
}
