/** Asks the person for a file of these kinds (as in the `accept` of an input; empty for any); null when none was chosen. Call it from a click. */
export async function pickFile(accept: string): Promise<File | null> {
  return (await pick(accept, false))[0] ?? null;
}

/** Asks for any number of files of any kind. Call it from a click. */
export function pickFiles(): Promise<readonly File[]> {
  return pick('', true);
}

function pick(accept: string, multiple: boolean): Promise<readonly File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.multiple = multiple;
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}
