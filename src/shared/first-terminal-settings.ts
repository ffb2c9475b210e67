/** The terminals of someone who has not chosen yet. Apart from the contract: the page needs it before zod has been fetched. */
export const firstTerminalSettings = {
  fontFamily: '',
  fontSize: 13,
  cursor: 'block' as 'block' | 'bar' | 'underline',
  cursorBlinks: false,
  scrollback: 10_000,
  bell: 'flash' as 'off' | 'flash' | 'sound',
  looksAtPastes: true,
  productionLabels: ['production', 'prod'],
};
