/** What a cell says when it is asked: the figure in full, and where it comes from. */
export interface Source {
  readonly lines: readonly string[];
  /** File or command, host and time. Absent where the value is not from the host. */
  readonly from?: string;
}
