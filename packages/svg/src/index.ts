export type { DrawnCounts } from './complexity.ts'
export { type Frame, largestSanitised, priceSanitise, sanitiseSvg } from './sanitise-svg.ts'
