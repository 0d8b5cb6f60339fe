import { vec } from './math';
import { quat } from './quat';

// The lags that predictions look back by. Where a version is missing, the one before it stands in.
export const LAG_TARGETS = [0, 1, 2, 3, 4, 6, 7, 9, 12] as const;
export const LAGS = LAG_TARGETS.length;
export const LAG1 = 1;
export const LAG2 = 2;
export const LAG3 = 3;
export const LAG4 = 4;
export const LAG6 = 5;
export const LAG7 = 6;
export const LAG9 = 7;
export const LAG12 = 8;

/** A squared distance, in 1/64 bodies², beyond which nothing counts. */
export const FAR_AWAY = 2 ** 30;

const byLag = <T>(make: () => T): T[] => LAG_TARGETS.map(make);

/**
 * What is known of the entity that is being coded, which moves or moved of late. Vectors are in 1/256 units, as
 * displacements up to the snapshot's tick.
 */
export class Entity {
  /** Where it was at the baseline. */
  readonly place = vec();
  /** How far it goes on at the mean speed since a lag. */
  readonly coast = byLag(vec);
  /** The same with gravity and drag. */
  readonly free = byLag(vec);
  // What its acceleration adds, by lags 1–2, 2–4, 3–6, 6–12.
  readonly bend1 = vec();
  readonly bend2 = vec();
  readonly bend3 = vec();
  readonly bend6 = vec();
  readonly gravity = vec();
  /** How wrong the coasting of the version before would have been about the baseline. */
  readonly miss = vec();

  readonly pose = quat();
  /** The pose at the snapshot by the turn since a lag. */
  readonly spin = byLag(quat);
  /** The size of that turn. */
  readonly turn = new Float64Array(LAGS);
  /** How wrong the turning of earlier versions would have been. */
  readonly spinMiss = new Float64Array(3);
  /** The height of its lowest corner above the floor. */
  hang = 0;
  /** That corner, in its own frame. */
  readonly corner = vec();
  /** The displacement of a body that rolls with its spin. */
  readonly roll = vec();
  /** Hang at lags 3 and 6. */
  readonly hung = new Float64Array(2);
  /** The pose of a body that rolls with its speed. */
  readonly rolling = quat();
  /** The pose of a body that falls over its lowest corner or edge. */
  readonly tipping = quat();

  // As decoded.
  turned = false;
  /** The greatest residual of the rotation. */
  turnMiss = 0;
  /** How much more than expected it turned, in 1/4096. */
  turnGain = 0;
  /** Where it is now. */
  readonly now = vec();
  /** now - place. */
  readonly moved = vec();
  /** moved less what was expected. */
  readonly residual = vec();

  // Of its neighbours that have been decoded.
  /** The distance to the closest, squared, in 1/64 bodies². */
  closest = FAR_AWAY;
  /** Likewise to where it is now. */
  closeNow = FAR_AWAY;
  /** The closest's index, or -1. */
  near = -1;
  readonly nearMiss = vec(); // mean residual
  readonly nearMove = vec(); // mean displacement
  /** 256 in touch, falling with distance. */
  touch = 0;

  /** Forgets what recalling an entity does not set. */
  reset(): void {
    this.turned = false;
    this.turnMiss = this.turnGain = 0;
    this.closest = this.closeNow = FAR_AWAY;
    this.near = -1;
    this.touch = 0;
    for (const v of [this.moved, this.residual, this.nearMiss, this.nearMove]) v.fill(0);
  }
}
