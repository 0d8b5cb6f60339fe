/** One integer of an entity. A range that a number does not hold exactly is given in bigints. */
export interface Field {
  readonly min: number | bigint;
  readonly max: number | bigint;
}

/** A run of fields that are predicted together, and the hints that its schema gives. What is left out is 0. */
export interface Group {
  /**
   * plain: anything; the old value is the best guess. motion: 2 or 3 integers, a place in space that moves with inertia.
   * rotation: 4 integers, a unit quaternion as its smallest three: index of the largest, then the others.
   */
  readonly class: 'plain' | 'motion' | 'rotation';
  /** Index of its first field. */
  readonly first: number;
  readonly count: number;
  /** The acceleration along the last axis, in 1/256 units per tick², below zero downwards. Motion only. */
  readonly fall?: number;
  /** The share of its speed that a free body loses in a tick, in 1/65536. Motion only. */
  readonly drag?: number;
  /** Half the edge of the box that the group's body roughly fills, in units; 0: it has no shape that matters. Motion only. */
  readonly half?: number;
  /** Where the ground is along the last axis. Motion only. */
  readonly floor?: number;
  /** The number of ticks of rest after which the value usually falls back; 0: no such habit. Plain only. */
  readonly lapse?: number;
}

/** What the codec knows of a component's fields. Groups cover the fields in order, without gaps. */
export interface Layout {
  readonly fields: readonly Field[];
  readonly groups: readonly Group[];
}

const MAX_FIELDS = 64;
const MAX_GROUPS = 16;

/** The greatest magnitude of a field that is predicted. */
export const MAX_INTEGER = 2 ** 40;
const MAX_FALL = 2 ** 20;
const MAX_HALF = 2 ** 16;

/** A group with its hints, all given. */
export type FullGroup = Required<Group>;

/** A layout as the codec works by it. */
export class Plan {
  readonly fields: number;
  readonly groups: readonly FullGroup[];
  readonly motion: FullGroup | null;
  readonly rotation: FullGroup | null;
  /** The greatest value of a rotation's parts. */
  readonly top: number;
  /** Ranges of the fields; not exact for wide ones. */
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** For each field, whether its values or their differences are beyond what numbers hold; null: none is. */
  readonly wide: readonly boolean[] | null;

  /** It throws where the layout breaks its own rules. */
  constructor(readonly layout: Layout) {
    const { fields, groups } = layout;
    this.fields = fields.length;
    if (fields.length === 0 || fields.length > MAX_FIELDS || groups.length > MAX_GROUPS) {
      throw new RangeError(`layout of ${fields.length} fields in ${groups.length} groups; 1 to ${MAX_FIELDS} in at most ${MAX_GROUPS}`);
    }
    this.groups = groups.map((g) => ({ fall: 0, drag: 0, half: 0, floor: 0, lapse: 0, ...g }));
    let next = 0;
    for (const [i, g] of this.groups.entries()) {
      if (g.first !== next || g.count < 1 || next + g.count > fields.length) {
        throw new RangeError(`group ${i} covers fields ${g.first} to ${g.first + g.count - 1}; groups follow one another without gaps`);
      }
      next += g.count;
      check(layout, g, i);
    }
    if (next !== fields.length) throw new RangeError(`groups cover ${next} of ${fields.length} fields`);
    this.motion = this.one('motion');
    this.rotation = this.one('rotation');
    this.top = this.rotation === null ? 0 : Number(fields[this.rotation.first + 1]!.max);
    const wide = fields.map(isWide);
    this.wide = wide.includes(true) ? wide : null;
    this.min = Float64Array.from(fields, (f) => Number(f.min));
    this.max = Float64Array.from(fields, (f) => Number(f.max));
  }

  private one(name: Group['class']): FullGroup | null {
    const all = this.groups.filter((g) => g.class === name);
    if (all.length > 1) throw new RangeError(`an entity has one ${name}`);
    return all[0] ?? null;
  }
}

/** Whether a field's values or their differences are beyond what numbers hold exactly. */
export function isWide(f: Field): boolean {
  return !Number.isSafeInteger(Number(f.min)) || !Number.isSafeInteger(Number(f.max)) || Number(f.max) - Number(f.min) > Number.MAX_SAFE_INTEGER;
}

function check(layout: Layout, g: FullGroup, i: number): void {
  const own = layout.fields.slice(g.first, g.first + g.count);
  for (const f of own) {
    if (f.min > f.max || f.min < -(2n ** 63n) || f.max >= 2n ** 63n || (g.class !== 'plain' && (f.min < -MAX_INTEGER || f.max > MAX_INTEGER))) {
      throw new RangeError(`group ${i}: a field of ${f.min} to ${f.max}`);
    }
  }
  if (g.class === 'motion') {
    if (g.count < 2 || g.count > 3) throw new RangeError(`group ${i}: an entity has one place, of 2 or 3 fields`);
    const out = Math.abs(g.fall) > MAX_FALL || g.drag < 0 || g.drag > 65536 || g.half < 0 || g.half > MAX_HALF || Math.abs(g.floor) > MAX_INTEGER;
    if (out) throw new RangeError(`group ${i}: a hint is out of range`);
  } else if (g.class === 'rotation') {
    const [first, part] = own;
    if (g.count !== 4 || Number(first!.min) !== 0 || Number(first!.max) !== 3) {
      throw new RangeError(`group ${i}: an entity has one rotation, of the index 0 to 3 of its largest part and three others`);
    }
    const top = Number(part!.max);
    if (top < 3 || top >= 65536 || own.slice(1).some((f) => Number(f.min) !== 0 || Number(f.max) !== top)) {
      throw new RangeError(`group ${i}: the parts of a rotation are 0 to one and the same maximum below 65536`);
    }
  } else if (g.class !== 'plain') {
    throw new RangeError(`group ${i}: unknown class ${String(g.class)}`);
  }
}
