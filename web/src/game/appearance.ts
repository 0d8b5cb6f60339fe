// From an entity's state, as the schema declares it, to how it is drawn.
import { Class, type NPC, NPCKind, type Player } from './gen/rpg';
import type { CreatureName } from './figure';
import type { EntityView } from './rpg';
import type { Strip, Wardrobe } from './wardrobe';

export interface Appearance {
  name: string;
  /** 0 down, 1 left, 2 right, 3 up */
  facing: number;
  strip: Strip;
  gait: 'walk' | 'hop';
  /** free rows over the head inside the frame: name plates come down by them */
  crown: number;
}

const CLASS_CROWN: Readonly<Record<Class, number>> = { [Class.Knight]: 8, [Class.Rogue]: 8, [Class.Wizard]: 0 };

/** A kind with several strips: its entities differ, each by its number. */
const CREATURES: Readonly<Record<NPCKind, { strips: readonly CreatureName[]; gait: 'walk' | 'hop'; crown: number }>> = {
  [NPCKind.Slime]: { strips: ['slime'], gait: 'hop', crown: 15 },
  [NPCKind.Villager]: { strips: ['villager', 'villager-2', 'villager-3', 'villager-4'], gait: 'walk', crown: 8 },
  [NPCKind.Elder]: { strips: ['villager-old'], gait: 'walk', crown: 8 },
  [NPCKind.Rat]: { strips: ['rat'], gait: 'walk', crown: 20 },
};

function isNPC(state: Player | NPC): state is NPC {
  return 'kind' in state.look;
}

export function appearance(e: EntityView, wardrobe: Wardrobe): Appearance {
  const state = e.state;
  if (isNPC(state)) {
    const { strips, gait, crown } = CREATURES[state.look.kind];
    const strip = wardrobe.creature(strips[e.id % strips.length] ?? 'slime');
    return { name: state.look.name, facing: state.body.facing, strip, gait, crown };
  }
  return {
    name: state.look.name,
    facing: state.body.facing,
    strip: wardrobe.player(state.look),
    gait: 'walk',
    crown: CLASS_CROWN[state.look.class],
  };
}
