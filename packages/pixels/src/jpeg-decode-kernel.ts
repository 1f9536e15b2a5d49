/** Kinds of scan, as the kernel knows them. */
export const SCAN = { sequential: 0, whole: 1, dcFirst: 2, dcRefine: 3, acFirst: 4, acRefine: 5 } as const
/** What `jpegDecodeRun` answers when it is through. */
export const RUN_DONE = 0
/** Bytes of a scan's place, and where its bit position is. */
export const PLACE_BYTES = 36
export const PLACE_BIT_POSITION = 32
