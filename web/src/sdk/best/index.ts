/** Snapshots predicted from acknowledged history: see docs/decisions/0004-snapshot-models.md. */
export { BestCodec } from './codec';
export { MAX_AHEAD, MAX_LAG, MAX_REST, MAX_ROWS, type History, type Names, type Version } from './history';
export type { Field, Group, Layout } from './layout';
export { looks } from './past';
export { Rows } from './rows';
