/** A result at some quality, and how it scores. */
export interface Attempt {
  readonly quality: number
  readonly score: number
  readonly sizeBytes: number
}

export interface Found {
  /** The lowest quality that scores enough. */
  readonly attempt: Attempt
  /** The size at which the score would be just enough, between this quality and the one below it. */
  readonly sizeBytes: number
}

const LOWEST = 1
/** 100 means "without loss" to some formats. */
const HIGHEST = 99

/**
 * Find the lowest quality at which a lossy encoder scores at least `target`, taking for granted that scores rise with
 * quality.
 * @returns null when it never does
 */
export async function searchQuality(
  tryQuality: (quality: number) => Promise<Attempt>,
  target: number,
): Promise<Found | null> {
  let enough: Attempt | null = null
  let below: Attempt | null = null
  let low = LOWEST
  let high = HIGHEST
  while (low <= high) {
    const quality = Math.floor((low + high) / 2)
    const attempt = await tryQuality(quality)
    if (attempt.score >= target) {
      enough = attempt
      high = quality - 1
    } else {
      below = attempt
      low = quality + 1
    }
  }
  return enough === null ? null : { attempt: enough, sizeBytes: sizeAt(target, below, enough) }
}

function sizeAt(target: number, below: Attempt | null, enough: Attempt): number {
  if (below === null || enough.score === below.score) return enough.sizeBytes
  const share = (target - below.score) / (enough.score - below.score)
  return below.sizeBytes + share * (enough.sizeBytes - below.sizeBytes)
}
