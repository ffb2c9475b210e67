/** Hands a text to the person as a file of this media type, by the browser's ordinary download. */
export function downloadText(fileName: string, text: string, type: string): void {
  downloadBlob(fileName, new Blob([text], { type }));
}

/** Likewise, whatever is in it. */
export function downloadBlob(fileName: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  // The download has read the blob's address when the click returns; the blob itself lives until the file is written.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
