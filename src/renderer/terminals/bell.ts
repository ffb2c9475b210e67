/** A host that rings without end is heard so often. */
const restMs = 300;

let rangAt = Number.NEGATIVE_INFINITY;
let audio: AudioContext | undefined;

/** Whether a bell that rings now is to be heard or seen, all terminals together. */
export function bellMayRing(now: number = performance.now()): boolean {
  if (now - rangAt < restMs) return false;
  rangAt = now;
  return true;
}

/** A short, soft tone; nothing where the browser lets no page make a sound. */
export function soundBell(): void {
  try {
    audio ??= new AudioContext();
    const { currentTime, destination } = audio;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = 660;
    volume.gain.setValueAtTime(0.08, currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, currentTime + 0.15);
    tone.connect(volume).connect(destination);
    tone.start();
    tone.stop(currentTime + 0.16);
  } catch {
    // No sound here.
  }
}
