import type { Decoder } from './decoder';
import type { Encoder } from './encoder';
import { LAG1, LAG6, type Entity } from './entity';
import { distanceBucket, restBucket } from './features';
import type { History } from './history';
import type { Plan } from './layout';
import { extent, LOG_ONE, vec } from './math';
import { Motions, stay } from './motion';
import { touching } from './neighbours';
import { COLD, GOES, Plain, TURNS } from './plain';
import { Rotations } from './rotation';
import type { Rows } from './rows';
import { State } from './state';
import { switchGoes, switchTurns, switchWakes } from './tables';

/** The rest, in ticks, below which an entity counts as moving. */
const MOVING_REST = 6;

/** Runs over a snapshot, an encoder's or a decoder's. */
export class Pass {
  private readonly state: State;
  private readonly plain: Plain;
  private readonly motions: Motions | null;
  private readonly rotations: Rotations | null;
  private readonly at = vec();

  constructor(
    private readonly plan: Plan,
    decoder: Decoder,
  ) {
    this.state = new State(plan, decoder);
    this.plain = new Plain(plan, decoder);
    this.motions = plan.motion === null ? null : new Motions(this.state);
    this.rotations = plan.rotation === null ? null : new Rotations(this.state);
  }

  /** Encoder null: it decodes, and rows are the baseline's at first. */
  run(h: History, rows: Rows, encoder: Encoder | null): void {
    const s = this.state;
    s.encoder = this.plain.encoder = encoder;
    s.values = rows.values;
    s.streak = 0;
    s.past.lookBack(h);
    s.neighbours?.reset(rows.count);
    this.plain.reset();
    const before = h.versions[0]!.rows;
    for (let i = 0; i < rows.count; i++) {
      if (h.rest[i]! < MOVING_REST) this.plain.code(rows, before, i, this.moving(i), h.rest[i]!, h.ahead);
    }
    for (let i = 0; i < rows.count; i++) {
      if (h.rest[i]! >= MOVING_REST) this.plain.code(rows, before, i, this.resting(i), h.rest[i]!, h.ahead);
    }
  }

  private recall(i: number): Entity {
    const s = this.state;
    s.past.recall(s.entity, i);
    s.neighbours?.meet(s.entity);
    return s.entity;
  }

  /** Codes an entity that moved of late, but for its plain fields, and returns whether it moved on. */
  private moving(i: number): boolean {
    const s = this.state;
    const { motion, rotation } = this.plan;
    const e = this.recall(i);
    let went = false;
    if (rotation !== null) {
      this.movingSizes(e, i, false);
      e.turned = s.decide(switchTurns, s.differs(i, rotation));
      if (e.turned) this.rotations!.turn(e, i);
    }
    if (motion !== null) {
      this.movingSizes(e, i, e.turned);
      went = s.decide(switchGoes, s.differs(i, motion));
      if (went) this.motions!.move(e, i);
      else stay(e);
      s.streak = (s.streak * 3 + (went ? LOG_ONE : 0)) >> 2;
    }
    if (e.turned || went) this.settle(e, i);
    return e.turned || went;
  }

  /** Codes an entity that was at rest, but for its plain fields, and returns whether it moved. */
  private resting(i: number): boolean {
    const s = this.state;
    const { motion, rotation } = this.plan;
    if (rotation === null && motion === null) return false;
    const encoding = s.encoder !== null;
    const turns = encoding && rotation !== null && s.differs(i, rotation);
    const goes = encoding && motion !== null && s.differs(i, motion);
    if (!this.wakes(i, turns || goes)) return false;
    const e = this.recall(i);
    e.turned = rotation !== null && (motion === null || this.plain.adaptive(turns, TURNS));
    if (e.turned) this.rotations!.startTurn(e, i);
    if (motion !== null && (!e.turned || this.plain.adaptive(goes, GOES))) this.motions!.startMove(e, i);
    else stay(e);
    this.settle(e, i);
    return true;
  }

  /** Codes whether an entity at rest moves. Most have nothing moving near them: one context serves these. */
  private wakes(i: number, moved: boolean): boolean {
    const s = this.state;
    const { motion } = this.plan;
    if (motion === null) return this.plain.adaptive(moved, COLD);
    s.past.place(this.at, s.past.values[0]!, i);
    if (!s.neighbours!.hot(this.at[0]!, this.at[1]!)) return this.plain.adaptive(moved, COLD);
    this.wakeSizes(i);
    return s.decide(switchWakes, moved);
  }

  /** Notes an entity that has been decoded and moved, for its neighbours. */
  private settle(e: Entity, i: number): void {
    const near = this.state.neighbours;
    if (near === null) return;
    this.state.placeNow(e.now, i);
    near.add(e);
  }

  /** What decides whether a moving entity moves on. */
  private movingSizes(e: Entity, i: number, other: boolean): void {
    const { shared, buckets, streak, past } = this.state;
    const c6 = extent(e.coast[LAG6]!);
    shared.reset().add(LOG_ONE).add(extent(e.coast[LAG1]!)).add(c6).add(extent(e.bend2)).add(extent(e.miss)).add(e.touch);
    shared.add(streak).flag(other).add(e.turn[LAG1]!).add(e.turn[LAG6]!).add(e.spinMiss[0]!);
    buckets.reset();
    buckets.add(past.rest[i]!, 6);
    buckets.add(distanceBucket(e.closeNow), 24);
    buckets.add(c6 >> 6, 14);
    buckets.add(e.turn[LAG6]! >> 6, 14);
  }

  /** What decides whether an entity at rest, with others moving near it, is moved. Its place is in this.at. */
  private wakeSizes(i: number): void {
    const { shared, buckets, past, neighbours } = this.state;
    const near = neighbours!;
    near.nearest(this.at);
    shared.reset().add(LOG_ONE);
    if (near.near < 0) {
      shared.add(0).add(0).add(0);
    } else {
      const touch = touching(near.closest);
      shared.add(touch).add((extent(near.moved(near.near)) * touch) >> 8).add((extent(near.residual(near.near)) * touch) >> 8);
    }
    buckets.reset();
    buckets.add(near.crowd, 5);
    buckets.add(restBucket(past.rest[i]!) - 6, 11);
    buckets.add(distanceBucket(near.closeNow), 28);
    buckets.add(distanceBucket(near.closest), 28);
  }
}
