/** Where the curve bends, between a straight line (0) and its tightest (1). */
const BEND = 0.65
/** Headroom from which on white is put at half the light. */
const FULL_HEADROOM = Math.log2(1000 / 203)

/**
 * How light above white is brought down to white: light up to white is scaled, so that what is brighter finds room
 * above it on a curve that ends in white. This is the reference white operator of SMPTE ST 2094-50, annex C, for a screen without
 * headroom, which Chromium applies to PQ and HLG; it applies to the strongest of a colour's three lights, and scales all
 * of them alike.
 * @param headroom brightest light of the content, relative to white; at least 1
 * @returns light (0.., white is 1) → factor
 */
export function toneMapGain(headroom: number): (light: number) => number {
  const white = 1 - 0.5 * Math.min(Math.log2(headroom) / FULL_HEADROOM, 1)
  const middle = { x: 1 - BEND + BEND / white, y: (1 - BEND) * white + BEND }
  // A quadratic Bézier curve from (1, white) over the middle to (headroom, 1).
  const x = { a: 1 - 2 * middle.x + headroom, b: 2 * (middle.x - 1) }
  const y = { a: white - 2 * middle.y + 1, b: 2 * (middle.y - white) }
  return (light) => {
    if (light <= 1) return white
    if (light >= headroom) return 1 / light
    const c = 1 - light
    const t = Math.abs(x.a) < 1e-9 ? -c / x.b : (Math.sqrt(x.b * x.b - 4 * x.a * c) - x.b) / (2 * x.a)
    return ((y.a * t + y.b) * t + white) / light
  }
}
