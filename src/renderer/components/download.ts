/** Hands a text to the person as a file of this media type, by the browser's ordinary download. */
export function downloadText(fileName: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  // The download has read the blob's address when the click returns; the blob itself lives until the file is written.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
