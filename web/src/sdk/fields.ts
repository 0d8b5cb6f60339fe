// The codecs of fields, which generated code puts together: list(8, 4, 0, 0, struct(Point)).
export { type FieldCodec } from './fieldcodec';
export { bigInt, bool, counter, int, octets, ref, string, word } from './scalars';
export { fixed, quat, turn, vec2, vec3 } from './quantities';
export { array, list, optional, struct, whole } from './several';
export { fromSteps, fromTurn, quatIntegers, quatOf, steps, turnOf, type Quat, type Vec2, type Vec3 } from './quantity';
