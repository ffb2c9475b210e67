import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { type ImportError, type InventoryFile, type InventoryHost, inventoryFile } from '../../shared/contract/inventory.ts';
import { tooDeepAt } from '../storage/json-depth.ts';

export type ReadInventoryFile =
  | { readonly kind: 'file'; readonly file: InventoryFile }
  | { readonly kind: 'invalid'; readonly errors: readonly ImportError[] };

/** More than this many errors help nobody; the rest is found on the next try. */
const maxErrors = 100;

/** The text of an export: the hosts without their ids and origin, which mean nothing elsewhere. */
export function writeInventoryFile(hosts: readonly InventoryHost[]): string {
  const file: InventoryFile = {
    format: 'hum-inventory',
    version: 1,
    hosts: hosts.map(({ id: _id, origin: _origin, ...host }) => host),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Reads an export. Every error says where it is: syntax errors by their offset, schema errors by the value they are about. */
export function readInventoryFile(text: string): ReadInventoryFile {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const syntax: ParseError[] = [];
  const locate = locator(plain);
  let root: Node | undefined;
  try {
    root = parseTree(plain, syntax, { disallowComments: true });
  } catch (error) {
    // The parser calls itself for each level of nesting.
    if (!(error instanceof RangeError)) throw error;
    return { kind: 'invalid', errors: [{ ...locate(tooDeepAt(plain) ?? 0), path: '', message: 'Nested too deeply for an inventory.' }] };
  }
  if (!root || syntax.length > 0) {
    const first = syntax.slice(0, maxErrors);
    const errors = first.map((error) => ({ ...locate(error.offset), path: '', message: syntaxMessage(printParseErrorCode(error.error)) }));
    return { kind: 'invalid', errors };
  }
  const parsed = inventoryFile.safeParse(JSON.parse(plain));
  if (parsed.success) return { kind: 'file', file: parsed.data };
  const errors = parsed.error.issues.slice(0, maxErrors).map((issue) => {
    const path = issue.path.filter((part) => typeof part !== 'symbol');
    return { ...locate(nearestNode(root, path).offset), path: path.join('.'), message: issue.message };
  });
  return { kind: 'invalid', errors };
}

/** The node at the path, or the innermost parent that is there when the value is missing. */
function nearestNode(root: Node, path: readonly (string | number)[]): Node {
  for (let length = path.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node) return node;
  }
  return root;
}

function locator(text: string): (offset: number) => { line: number; column: number } {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let line = starts.findLastIndex((start) => start <= offset);
    line = Math.max(0, line);
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
}

/** `CommaExpected` as "Comma expected." */
function syntaxMessage(code: string): string {
  const words = code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
