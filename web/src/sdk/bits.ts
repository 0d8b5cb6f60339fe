/** Values of any width, packed without gaps: what generated codecs read and write. */
export { BitReader } from './bitreader';
export { BitWriter } from './bitwriter';
