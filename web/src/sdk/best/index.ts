/**
 * The best tier: a chunk of its own, which tier.ts loads. docs/wire.md#best-tier and docs/wire-best.md are normative. Of what is
 * loaded at once, it imports only what every client has anyway.
 */
import type { Schema } from '../schema';
import type { BestReader } from '../tier';
import { BestSections } from './section';

/** Reads sections of a schema's kinds. */
export function bestReader(schema: Schema): BestReader {
  return new BestSections(schema);
}
