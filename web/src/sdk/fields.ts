// The codecs of fields, which generated code puts together: list(8, 4, 0, 0, struct(Point)).
export { type FieldCodec } from './fieldcodec';
export * from './scalars';
export * from './quantities';
export * from './several';
export { fromSteps, fromTurn, quatIntegers, quatOf, steps, turnOf, type Quat, type Vec2, type Vec3 } from './quantity';
