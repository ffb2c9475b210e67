/** A PTY that was asked for before the command; a new size of the window changes it. */
export interface Pty {
  columns: number;
  rows: number;
}
