/** Kinds of scan, as the kernel knows them. */
export const SCAN = { sequential: 0, whole: 1, dcFirst: 2, dcRefine: 3, acFirst: 4, acRefine: 5 } as const
/** Most bytes the kernel's input holds. */
export const INPUT_BYTES = 32768
/** What `jpegDecodeRun` answers when it is through. */
export const RUN_DONE = 0
/** Bytes of a scan's place, and where its bit position is. */
export const PLACE_BYTES = 36
export const PLACE_BIT_POSITION = 32

/** The kernel's functions for decoding JPEG. Pointers are numbers; booleans are 0 or 1. */
export interface JpegDecodeExports {
  jpegDecodeCreate(
    count: number,
    mcusX: number,
    from: number,
    to: number,
    fromRow: number,
    toRow: number,
  ): void
  jpegDecodeComponent(
    index: number,
    h: number,
    v: number,
    scale: number,
    axisX: number,
    axisY: number,
    columns: number,
    slack: number,
    blocksX: number,
    blocksY: number,
  ): void
  jpegDecodeOutput(
    count: number,
    colour: number,
    keepInks: boolean,
    width: number,
    height: number,
    orientation: number,
    raster: number,
  ): void
  jpegDecodeKeep(rows: number): void
  jpegDecodeQuantiser(index: number, table: number): void
  jpegDecodeSetHuffman(tableClass: number, id: number, list: number, mergesEnds: boolean): number
  jpegDecodeTables(index: number, dc: number, ac: number): void
  jpegDecodeScan(
    kind: number,
    components: number,
    count: number,
    start: number,
    end: number,
    low: number,
    toRow: number,
    restartInterval: number,
  ): void
  jpegDecodeInput(): number
  jpegDecodeGiven(bytes: number, isLast: boolean): void
  jpegDecodeTaken(): number
  jpegDecodeRun(): number
  jpegDecodeDamaged(): number
  jpegDecodeBand(first: number, rows: number): void
  jpegDecodeRender(rows: number): void
  jpegDecodeBlankRest(): void
  jpegDecodeSavePlace(place: number): void
  jpegDecodeLoadPlace(place: number): void
}
