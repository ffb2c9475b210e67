import { IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { TemplateComplaint, TemplateParameter, TemplateSummary } from '../../shared/contract/templates.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { CodeText } from '../components/CodeText.tsx';
import { ComplaintList } from './ComplaintList.tsx';
import classes from './editor.module.css';
import { defaultWords, limitsOf, typeWords } from './parameter-words.ts';
import { TemplateIcon } from './TemplateIcon.tsx';
import type { CheckedText } from './use-check.ts';

interface CheckViewProps {
  readonly checked: CheckedText;
  readonly onGo: (complaint: TemplateComplaint) => void;
}

/** What a text comes to as a template: what is wrong with it, its card, its parameters, and the configuration that it writes. */
export function CheckView({ checked: { check, problem }, onGo }: CheckViewProps): ReactNode {
  if (problem) {
    return (
      <div className={classes.problem} role="alert">
        <ProblemText problem={problem} />
      </div>
    );
  }
  if (!check) return <p className={classes.quiet}>Reading the text…</p>;
  const { complaints, summary, configuration } = check;
  return (
    <>
      <div role="status">
        {complaints.length === 0 ? (
          <p className={classes.fine}>
            <IconCheck size={14} aria-hidden="true" /> Nothing is wrong with it.
          </p>
        ) : (
          <ComplaintList complaints={complaints} onGo={onGo} />
        )}
      </div>
      {summary ? <Summary summary={summary} /> : null}
      <section aria-labelledby="rendered">
        <h2 id="rendered">
          Configuration <span className={classes.quiet}>with its defaults, for a VM called “example”</span>
        </h2>
        {configuration === null ? (
          <p className={classes.quiet}>It cannot be rendered yet: see what is wrong above.</p>
        ) : (
          <CodeText text={configuration} label="The configuration that it writes" whole />
        )}
      </section>
    </>
  );
}

function Summary({ summary }: { readonly summary: TemplateSummary }): ReactNode {
  const { icon, name, outline, parameters } = summary;
  return (
    <>
      <div className={classes.summary}>
        <TemplateIcon name={icon} />
        <div>
          <strong>{visibleText(name, 80)}</strong>
          <div className={`hum-mono ${classes.outline}`}>{visibleText(outline, 300)}</div>
        </div>
      </div>
      <section aria-labelledby="parameters">
        <h2 id="parameters">Parameters</h2>
        {parameters.length === 0 ? (
          <p className={classes.quiet}>It asks for nothing but a name.</p>
        ) : (
          <table className={classes.parameters}>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Type</th>
                <th scope="col">Unless told otherwise</th>
                <th scope="col">Limits</th>
              </tr>
            </thead>
            <tbody>
              {parameters.map((parameter) => (
                <Parameter key={parameter.name} parameter={parameter} />
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  );
}

function Parameter({ parameter }: { readonly parameter: TemplateParameter }): ReactNode {
  return (
    <tr>
      <th scope="row">
        <span className="hum-mono">{visibleText(parameter.name, 40)}</span>
        <div className={classes.quiet}>{visibleText(parameter.label, 80)}</div>
      </th>
      <td>{typeWords[parameter.type]}</td>
      <td className="hum-mono">{defaultWords(parameter)}</td>
      <td>{limitsOf(parameter) ?? '–'}</td>
    </tr>
  );
}
