/** TCP segments since boot, of all connections of the network namespace that the host's shell runs in. */
export interface TcpCounters {
  /**
   * `OutSegs`: all that were sent, acknowledgements without data too, "excluding those containing only retransmitted octets" (tcpOutSegs, RFC 4022).
   * Linux keeps to that: `__tcp_transmit_skb()` does not count a segment that begins and ends before what was sent already.
   */
  readonly sent: number;
  /** `RetransSegs`: "segments transmitted containing one or more previously transmitted octets" (tcpRetransSegs, RFC 4022). */
  readonly retransmitted: number;
}

/** Digits alone, as a count is never negative; 64 bits on a 64-bit kernel. */
const line = /^Tcp: (\d{1,20}) (\d{1,20})$/m;

/**
 * Reads what the probe takes of /proc/net/snmp (proc_pid_net(5)): `OutSegs` and `RetransSegs`, whose columns it finds by their names. Null without
 * them: a host that does not count has no figure, rather than none lost.
 */
export function parseTcp(text: string): TcpCounters | null {
  const [, sent, retransmitted] = line.exec(text) ?? [];
  return sent === undefined || retransmitted === undefined ? null : { sent: Number(sent), retransmitted: Number(retransmitted) };
}
