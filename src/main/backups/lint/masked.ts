const dots = '••••••';
const value = String.raw`(?:"[^"\n]*"|'[^'\n]*'|[^\s;&|"']+)`;
/** What stands before a password, and the password. */
const places = [
  // Quoted with its name, as in a unit of systemd: `"RSYNC_PASSWORD=two words"`.
  /(?<=\bEnvironment[ \t]*=[^\n]*)((["'])(?:RSYNC_PASSWORD|SSHPASS)=)(?:(?!\2)[^\n])+/g,
  new RegExp(String.raw`((?:RSYNC_PASSWORD|SSHPASS)[ \t]*=[ \t]*)${value}`, 'g'),
  new RegExp(String.raw`(\bsshpass[ \t]+(?:-[vVh][ \t]+)*-p[ \t]*)${value}`, 'g'),
  /(rsync:\/\/[^/\s:@]+:)[^/\s@]+(?=@)/g,
];

/** A text of a host with dots in place of the passwords that Hum knows the place of, for a page or a message. */
export function masked(text: string): string {
  return places.reduce((before, place) => before.replaceAll(place, (_, lead: string) => lead + dots), text);
}
