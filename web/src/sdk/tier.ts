import type { Bringing } from './best/window';
import type { BitReader } from './bits';
import type { Change, Replicated } from './replicated';
import type { Schema } from './schema';
import type { Refusal } from './snapshot';

/** How much work goes into a client's snapshots. See docs/wire.md#best-tier. */
export type Tier = 'fast' | 'best';

/** A section of the best tier, decoded but not yet applied. */
export interface BestSection {
  readonly updates: readonly Change[];
  readonly brought: Bringing;
}

/** What a replica needs to take sections of the best tier. */
export interface BestReader {
  /** Reads the section of the snapshot of tick, whose records are of those slots. */
  decode(r: BitReader, tick: number, records: ReadonlySet<number>, entity: (slot: number) => Replicated | undefined): BestSection | Refusal;
  /** Keeps what the snapshot of tick brought: the rows of its section, and those of records. */
  remember(tick: number, section: BestSection | null, changes: readonly Change[]): void;
  /** Drops what is remembered of a slot whose entity is gone. */
  forget(slot: number): void;
}

/** What the chunk of the best tier has. */
export interface BestChunk {
  bestReader(schema: Schema): BestReader;
}

/** Loads that chunk. Bundlers make it a file of its own, which only clients that play in the best tier download. */
export const loadBest = (): Promise<BestChunk> => import('./best');

/** For how long a client that has connected waits for the chunk before it plays without. */
const CHUNK_MS = 3000;

/** Where a client that wants the best tier stands: it takes it, or says why not. */
export interface Asked {
  /** Null: it asks for the fast tier. */
  readonly sections: BestReader | null;
  /** Why a client that wanted the best tier does not ask for it; else empty. */
  readonly why: string;
}

/**
 * Loads what the best tier takes, where a client wants it, its schema has it and the zone offers it. It never fails: a client
 * whose download does plays in the fast tier.
 */
export async function askBest(wanted: Tier, offered: boolean, schema: Schema, load: () => Promise<BestChunk>): Promise<Asked> {
  if (wanted !== 'best') return { sections: null, why: '' };
  if (!offered || !schema.kinds.some((k) => k.best !== undefined)) return { sections: null, why: 'the zone has no best tier' };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not there after ${CHUNK_MS} ms`)), CHUNK_MS);
  });
  try {
    return { sections: (await Promise.race([load(), late])).bestReader(schema), why: '' };
  } catch (e) {
    console.warn('Realmwire: the code of the best tier did not load; playing in the fast one.', e);
    return { sections: null, why: 'the best tier did not load' };
  } finally {
    clearTimeout(timer);
  }
}
