/** How many hosts, in words: `1 host`, `1,200 hosts`. */
export function hostCount(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'host' : 'hosts'}`;
}
