/*
 * How the files of the formats are put together, byte by byte: for whoever reads more of them than their header. Reading is
 * done one way throughout: a parser takes bytes from a `ByteFeed`, and is suspended while they have not come. Decision:
 * docs/decisions/0030-one-way-to-read-containers.md.
 */
export { ByteFeed, type Parsing, parsePrefix, startsWithAscii } from './byte-feed.ts'
export { concatenate } from './concatenate.ts'
export { crc32 } from './crc32.ts'
export { readExifOrientation } from './exif-orientation.ts'
export { isFrameMarker, MARKER, nextSegment, SEGMENT_NAME, type Segment } from './jpeg-segments.ts'
