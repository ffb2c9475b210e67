/**
 * A figure that swings around a mean. Its integral has a closed form, so a counter at any moment is a formula and not a running sum:
 * a host that nobody asks costs nothing, and two answers never disagree.
 */
export interface Wave {
  readonly mean: number;
  readonly swings: readonly Swing[];
}

export interface Swing {
  readonly amplitude: number;
  readonly periodMs: number;
  /** Radians. */
  readonly phase: number;
}

/** `at` in ms, as all times of a wave. */
export function valueAt(wave: Wave, at: number): number {
  let value = wave.mean;
  for (const { amplitude, periodMs, phase } of wave.swings) value += amplitude * Math.sin((2 * Math.PI * at) / periodMs + phase);
  return value;
}

/** The area under the wave between two moments, in its unit times ms. Never falls as `to` grows when the swings are smaller than the mean. */
export function integral(wave: Wave, from: number, to: number): number {
  let area = wave.mean * (to - from);
  for (const { amplitude, periodMs, phase } of wave.swings) {
    const pace = (2 * Math.PI) / periodMs;
    area += (amplitude / pace) * (Math.cos(pace * from + phase) - Math.cos(pace * to + phase));
  }
  return area;
}

/** The mean over the `windowMs` before `at`. */
export function average(wave: Wave, at: number, windowMs: number): number {
  return integral(wave, at - windowMs, at) / windowMs;
}

/** The same shape around another mean. */
export function scaled(wave: Wave, factor: number): Wave {
  return {
    mean: wave.mean * factor,
    swings: wave.swings.map((swing) => ({ ...swing, amplitude: swing.amplitude * factor })),
  };
}
