// The network overlay: what the connection does, as measured, in small live graphs. F3 or the badge opens it.
import type { Session } from '../game/rpg';
import { TRANSPORTS } from '../sdk';
import { el } from './dom';
import { Graph } from './graph';
import { memory } from './memory';

/** Period of sampling, ms. */
const SAMPLE_MS = 250;

type Stats = Session['stats'];

const ms = (v: number): string => `${v.toFixed(v < 10 ? 1 : 0)} ms`;
const percent = (v: number): string => `${v.toFixed(1)} %`;

/** Bytes per second in words. */
export function rate(v: number): string {
  return v < 1000 ? `${Math.round(v)} B/s` : `${(v / 1000).toFixed(1)} kB/s`;
}

export class Overlay {
  readonly node = el('aside', { class: 'overlay', testid: 'overlay', ariaLabel: 'Network' });
  private readonly graphs: readonly [Graph, (s: Stats) => number][] = [
    [new Graph({ label: 'Round trip', colour: '#7cecff', floor: 50, format: ms }), (s) => s.rttMs],
    [new Graph({ label: 'Jitter', colour: '#b592e3', floor: 20, format: ms }), (s) => s.jitterMs],
    [new Graph({ label: 'Loss', colour: '#ff8f7a', floor: 5, format: percent }), (s) => s.lossPct],
    [new Graph({ label: 'Snapshot age', colour: '#ffd866', floor: 150, format: ms }), (s) => s.snapshotAgeMs],
    [new Graph({ label: 'Down', colour: '#8be28f', floor: 2000, format: rate }), (s) => s.bytesDownPerS],
    [new Graph({ label: 'Up', colour: '#9bb1d8', floor: 1000, format: rate }), (s) => s.bytesUpPerS],
  ];
  private readonly facts = el('dl', { class: 'facts' });
  private sampled = 0;

  constructor() {
    this.node.append(el('h2', {}, 'Network'), ...this.graphs.map(([g]) => g.node), this.facts);
    this.open(memory.overlayOpen());
  }

  get isOpen(): boolean {
    return !this.node.hidden;
  }

  open(on: boolean): void {
    this.node.hidden = !on;
    memory.keepOverlay(on);
  }

  /** Takes a sample when one is due. Graphs keep history while closed, so that opening shows what led here. */
  update(session: Session, nowMs: number): void {
    if (nowMs - this.sampled < SAMPLE_MS) return;
    this.sampled = nowMs;
    if (session.status !== 'playing') return;
    for (const [graph, read] of this.graphs) graph.add(read(session.stats));
    if (this.isOpen) this.fill(session);
  }

  private fill(session: Session): void {
    const s = session.stats;
    const rows: [string, string, boolean][] = [
      ['Transport', transportName(session.transport), false],
      ['Snapshots', `${s.snapshotsPerS.toFixed(1)} /s, ${session.tier}${session.tierText && ` (${session.tierText})`}`, session.tierText !== ''],
      ['Interpolation delay', ms(s.interpolationDelayMs), false],
      ['Corrections', String(s.corrections), false],
      ['Desyncs', `${s.desyncs} of ${s.viewsChecked} checked`, s.desyncs > 0],
    ];
    this.facts.replaceChildren(...rows.flatMap(([k, v, bad]) => [el('dt', {}, k), el('dd', { class: bad ? 'bad' : '' }, v)]));
  }
}

export function transportName(t: Session['transport']): string {
  return t === null ? '—' : TRANSPORTS[t];
}
