/** How many domains, in the word that people use for them: `1 VM`, `1,200 VMs`. */
export function vmCount(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'VM' : 'VMs'}`;
}
