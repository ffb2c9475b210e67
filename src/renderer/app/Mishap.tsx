import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import classes from './Mishap.module.css';

interface Props {
  readonly children: ReactNode;
}

interface State {
  readonly error: Error | null;
}

/** Keeps a mistake in one page from taking the whole window: says so, and offers the page again. */
export class Mishap extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render(): ReactNode {
    if (!this.state.error) return this.props.children;
    return (
      <section className={classes.mishap} role="alert">
        <h1>This page broke.</h1>
        <p>That is a mistake in Hum, not in your fleet: hosts are still being sampled.</p>
        <p className={classes.detail}>{this.state.error.message}</p>
        <Button variant="default" onClick={() => this.setState({ error: null })}>
          Show it again
        </Button>
      </section>
    );
  }
}
