/** The time of day in the person's own zone, to the second: `10:23:07`. */
export function clockTime(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Date and time of day in the person's own zone, to the minute: `2026-11-23 10:23`. */
export function clockDate(at: number): string {
  const date = new Date(at);
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
  return `${day} ${clockTime(at).slice(0, 5)}`;
}
