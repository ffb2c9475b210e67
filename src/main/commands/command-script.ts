import { parametersOf, parameterVariable, withVariables } from '../../shared/command-parameters.ts';
import { HumError } from '../../shared/errors.ts';
import { quote } from '../ssh/quote.ts';

/**
 * The command as it is run: each parameter is a shell variable that was given its value first, and so never part of the command itself.
 * @throws HumError `bad-input` for a parameter without a value, a value without a parameter, and a NUL in one
 */
export function commandScript(text: string, values: Readonly<Record<string, string>>): string {
  const names = parametersOf(text);
  const missing = names.find((name) => !Object.hasOwn(values, name));
  if (missing !== undefined) throw unfilled(`{{${missing}}} has no value.`, 'Fill it in; it may be left empty.');
  const unknown = Object.keys(values).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw unfilled(`There is a value for ${unknown}, which the command does not have.`, 'Look at the command again.');
  const settings = names.map((name) => `${parameterVariable(name)}=${quote(values[name] ?? '')}\n`);
  return `${settings.join('')}${withVariables(text)}`;
}

function unfilled(message: string, hint: string): HumError {
  return new HumError({ code: 'bad-input', message, hint });
}
