import { ActionIcon, SegmentedControl, Tooltip } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { Problem } from '../../shared/errors.ts';
import { firstTerminalSettings } from '../../shared/first-terminal-settings.ts';
import { ProblemText } from '../app/act.tsx';
import { problemFrom } from '../app/problem.ts';
import { useSettings } from '../app/settings.ts';
import type { Cast } from './cast.ts';
import { onDockKey } from './dock-keys.ts';
import { fetchCast } from './fetch-cast.ts';
import { findable } from './find-all.ts';
import { Player } from './player.ts';
import classes from './replay.module.css';
import { SearchField } from './SearchField.tsx';
import { openScreen, type Screen } from './screen.ts';
import { shortcutOf } from './terminal-shortcut.ts';

interface ReplayProps {
  /** Of the dock. */
  readonly pane: number;
  readonly log: string;
  /** Whether it is seen. */
  readonly shown: boolean;
  readonly focused: boolean;
}

/** A session log, played again in a tab. */
export function Replay({ pane, log, shown, focused }: ReplayProps): ReactNode {
  const [cast, setCast] = useState<Cast | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    fetchCast(log, leaving.signal).then(setCast, (error: unknown) => {
      if (!leaving.signal.aborted) setProblem(problemFrom(error));
    });
    return () => leaving.abort();
  }, [log]);
  return (
    <section className={classes.replay} aria-label={`Replay of ${log}`} data-state={cast === null ? 'opening' : 'open'}>
      {problem !== null ? (
        <div className={classes.problem}>
          <ProblemText problem={problem} />
        </div>
      ) : cast === null ? (
        <div className={classes.problem}>Reading the session log…</div>
      ) : (
        <Playing pane={pane} cast={cast} shown={shown} focused={focused} />
      )}
    </section>
  );
}

const speeds = ['1', '2', '8'];

function Playing({ pane, cast, shown, focused }: { readonly cast: Cast } & Omit<ReplayProps, 'log'>): ReactNode {
  const settings = useSettings((state) => state.settings?.terminal) ?? firstTerminalSettings;
  const look = useRef(settings);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const player = useRef<Player | null>(null);
  const [screen, setScreen] = useState<Screen | null>(null);
  const [searching, setSearching] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const [speed, setSpeed] = useState('1');
  const [playing, setPlaying] = useState(true);

  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const nothing = () => undefined;
    const opened = openScreen(element, look.current, {
      typed: nothing,
      resized: nothing,
      // They are for the tab, which hears them next.
      key: (event) => event.ctrlKey && event.shiftKey,
      link: nothing,
      over: nothing,
      clipboard: nothing,
      title: nothing,
      directory: nothing,
      bell: nothing,
    });
    player.current = new Player(cast, opened);
    setScreen(opened);
    return () => {
      player.current = null;
      setScreen(null);
      opened.dispose();
    };
  }, [cast]);

  useEffect(() => {
    if (screen === null) return undefined;
    return findable(pane, { lines: screen.lines, search: setSearching });
  }, [pane, screen]);

  useEffect(() => {
    if (focused) button.current?.focus({ preventScroll: true });
  }, [focused]);

  useEffect(() => {
    void player.current?.show(at);
  }, [at]);

  useEffect(() => {
    if (!playing || !shown) return undefined;
    let before = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      const passed = (now - before) * Number(speed);
      before = now;
      setAt((was) => Math.min(cast.length, was + passed));
    }, 40);
    return () => clearInterval(timer);
  }, [playing, shown, speed, cast]);

  const over = at >= cast.length;
  useEffect(() => {
    if (over) setPlaying(false);
  }, [over]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (shortcutOf(event) === 'find') setSearching('');
    else if (!onDockKey(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of every terminal, wherever in it the keyboard is
    <div className={classes.playing} onKeyDown={onKeyDown}>
      <div className={classes.place}>
        <div ref={place} className={classes.screen} />
      </div>
      {searching !== null && screen !== null ? (
        <SearchField
          key={searching}
          screen={screen}
          first={searching}
          onClose={() => {
            setSearching(null);
            button.current?.focus();
          }}
        />
      ) : null}
      <div className={classes.controls}>
        <ActionIcon
          ref={button}
          variant="default"
          size={28}
          aria-label={playing ? 'Pause' : 'Play'}
          onClick={() => {
            if (over) setAt(0);
            setPlaying(!playing);
          }}
        >
          {playing ? <IconPlayerPause size={16} /> : <IconPlayerPlay size={16} />}
        </ActionIcon>
        <input
          type="range"
          aria-label="Position"
          aria-valuetext={`${clock(at)} of ${clock(cast.length)}`}
          className={classes.position}
          min={0}
          max={Math.max(1, cast.length)}
          step="any"
          value={at}
          onChange={(event) => setAt(Number(event.currentTarget.value))}
        />
        <span className={`hum-mono ${classes.time}`}>
          {clock(at)} / {clock(cast.length)}
        </span>
        <SegmentedControl
          size="xs"
          aria-label="Speed"
          data={speeds.map((value) => ({ value, label: `${value}×` }))}
          value={speed}
          onChange={setSpeed}
        />
        <Tooltip label="Find (Ctrl-Shift-F)">
          <ActionIcon variant="default" size={28} aria-label="Find in this replay" onClick={() => setSearching('')}>
            <IconSearch size={16} />
          </ActionIcon>
        </Tooltip>
      </div>
    </div>
  );
}

/** `1:05`. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
